package dev.atrium.it.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RedisPair;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Failover of Redis to a replica that has, or has not, what was acknowledged. */
class FailoverIT {

    private static RedisPair redis;
    private static Replica left;
    private static Replica right;

    /** One for each test, because the replicas are the same. */
    private String room;

    @BeforeAll
    static void start() {
        redis = new RedisPair();
        Map<String, String> settings = Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url());
        left = Replica.start(settings);
        right = Replica.start(settings);
    }

    @AfterAll
    static void stop() {
        Stream.of(left, right).filter(Objects::nonNull).forEach(Replica::close);
        redis.close();
    }

    @BeforeEach
    void nameRoom(TestInfo test) {
        room = test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void restore() {
        redis.acceptWrites();
        redis.restore();
        redis.awaitReplicated();
    }

    @Test
    void after_a_failover_that_lost_messages_every_acknowledged_one_is_received_and_the_gap_is_told() {
        try (SessionClient ann = left.session()) {
            ann.join(room);
            List<String> acknowledged = new ArrayList<>();
            publish(5, acknowledged);
            redis.awaitReplicated();
            redis.holdBackReplication();
            publish(3, acknowledged);
            ann.pushes("message", 8);
            redis.failOver();
            publish(6, acknowledged);

            assertThat(acknowledged).as("no place is given twice").doesNotHaveDuplicates();
            SocketClient.await().until(() -> received(ann).containsAll(acknowledged));
            assertThat(received(ann)).doesNotHaveDuplicates();
            assertThat(ann.pushes("@gap")).hasSize(1);
            assertThat(ann.pushes("@gap").get(0).at("/data/offset").asInt()).isEqualTo(5);
        }
    }

    @Test
    void after_a_failover_that_lost_nothing_no_gap_is_told() {
        try (SessionClient ann = left.session()) {
            ann.join(room);
            List<String> acknowledged = new ArrayList<>();
            publish(5, acknowledged);
            redis.awaitReplicated();
            redis.failOver();
            publish(5, acknowledged);
            SocketClient.await().until(() -> received(ann).equals(acknowledged));
            assertThat(ann.pushes("message")).extracting(message -> message.path("offset").asInt())
                    .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
            assertThat(ann.pushes("@gap")).isEmpty();
        }
    }

    @Test
    void a_member_whose_exit_was_lost_in_the_failover_is_not_listed() {
        try (SessionClient ann = left.session(); SessionClient bob = right.session()) {
            ann.join(room);
            ann.join(room + "-left");
            bob.join(room);
            redis.awaitReplicated();
            redis.holdBackReplication();
            ann.call("leave", "{\"room\":\"" + room + "\"}");
            ann.call("leave", "{\"room\":\"" + room + "-left\"}");
            redis.failOver();
            SocketClient.await().untilAsserted(() -> {
                assertThat(members(left, room)).containsExactly(bob.id());
                assertThat(members(right, room)).containsExactly(bob.id());
                assertThat(members(right, room + "-left")).isEmpty();
            });
        }
    }

    private static List<String> members(Replica replica, String room) {
        return replica.given().get("/rooms/" + room + "/members").then().statusCode(200).extract().jsonPath()
                .getList("members.id");
    }

    @Test
    void a_client_that_was_away_during_the_failover_recovers_or_learns_of_the_gap() {
        List<String> acknowledged = new ArrayList<>();
        publish(5, acknowledged);
        redis.awaitReplicated();
        redis.holdBackReplication();
        publish(3, acknowledged);
        redis.failOver();
        publish(4, acknowledged);
        String epoch = acknowledged.get(0).split(":")[0];
        try (SessionClient before = left.session(); SessionClient after = right.session()) {
            JsonNode whole = before.call("join", since(epoch, 5)).path("body");
            assertThat(whole.path("recovered").asBoolean()).isTrue();
            assertThat(before.pushes("message", 4)).extracting(FailoverIT::place).isEqualTo(acknowledged.subList(8, 12));
            assertThat(after.call("join", since(epoch, 8)).at("/body/recovered").asBoolean()).as("6 to 8 are lost").isFalse();
        }
        JsonNode page = SessionClient.json(left.get("/rooms/" + room + "/messages?after=" + epoch + ":8").body());
        assertThat(page.path("recovered").asBoolean()).isFalse();
        assertThat(page.path("messages")).hasSize(4);
        assertThat(SessionClient.json(left.get("/rooms/" + room + "/messages?after=" + epoch + ":5").body()).path("recovered")
                .asBoolean())
                .isTrue();
    }

    @Test
    void a_room_that_the_new_primary_has_never_seen_begins_a_new_history() {
        redis.holdBackReplication();
        try (SessionClient ann = left.session()) {
            ann.join(room);
            List<String> acknowledged = new ArrayList<>();
            publish(3, acknowledged);
            ann.pushes("message", 3);
            redis.failOver();
            publish(3, acknowledged);
            assertThat(acknowledged).doesNotHaveDuplicates();
            SocketClient.await().until(() -> received(ann).containsAll(acknowledged));
            assertThat(ann.pushes("@gap")).hasSize(1);
        }
    }

    @Test
    void a_new_primary_that_refuses_writes_is_read_and_written_to_as_soon_as_it_accepts_them() {
        List<String> acknowledged = new ArrayList<>();
        publish(3, acknowledged);
        redis.awaitReplicated();
        redis.holdBackReplication();
        publish(2, acknowledged);
        redis.refuseWritesWithoutReplica();
        redis.failOver();
        SocketClient.await().until(() -> left.metric("atrium_backplane_problem{reason=\"NOREPLICAS\"}") == 1);
        SocketClient.await().until(() -> left.get("/rooms/" + room + "/messages").statusCode() == 200);
        assertThat(SessionClient.json(left.get("/rooms/" + room + "/messages").body()).path("messages")).hasSize(3);
        assertThat(left.post("/rooms/" + room, "x").statusCode()).isEqualTo(503);
        redis.acceptWrites();
        publish(3, acknowledged);
        assertThat(acknowledged).doesNotHaveDuplicates();
    }

    private String since(String epoch, int offset) {
        return "{\"room\":\"" + room + "\",\"since\":{\"epoch\":\"" + epoch + "\",\"offset\":" + offset + "}}";
    }

    /** Publishes through the replica without members, until so many are acknowledged; adds their places. */
    private void publish(int count, List<String> acknowledged) {
        for (int i = 0; i < count; i++) {
            SocketClient.await().until(() -> {
                HttpResponse<String> reply = right.post("/rooms/" + room, "x");
                if (reply.statusCode() == 201) {
                    acknowledged.add(place(SessionClient.json(reply.body())));
                }
                return reply.statusCode() == 201;
            });
        }
    }

    private static List<String> received(SessionClient client) {
        return client.pushes("message").stream().map(FailoverIT::place).toList();
    }

    private static String place(JsonNode position) {
        return position.path("epoch").asText() + ":" + position.path("offset").asInt();
    }
}
