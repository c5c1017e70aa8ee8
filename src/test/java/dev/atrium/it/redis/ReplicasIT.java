package dev.atrium.it.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two replicas in two processes, with one Redis. */
class ReplicasIT {

    private static RedisProcess redis;
    private static Replica left;
    private static Replica right;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        left = Replica.with(redis);
        right = Replica.with(redis);
    }

    @AfterAll
    static void stop() {
        left.close();
        right.close();
        redis.close();
    }

    @Test
    void two_plain_sockets_chat_across_replicas() {
        try (SocketClient ann = left.plain("/rooms/lobby"); SocketClient bob = right.plain("/rooms/lobby")) {
            awaitMembers(left, "lobby", 2);
            ann.text("hello");
            bob.await(1);
            bob.binary((byte) 7);
            ann.awaitExactly("hello", "0x07");
            bob.awaitExactly("hello", "0x07");
        }
    }

    @Test
    void everyone_everywhere_sees_one_order_without_gap_or_repeat() {
        int each = 250;
        List<SessionClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 6; i++) {
                SessionClient client = (i % 2 == 0 ? left : right).session();
                client.join("order");
                clients.add(client);
            }
            for (int n = 0; n < each; n++) {
                for (int i = 0; i < 4; i++) {
                    clients.get(i).send("send", "{\"room\":\"order\",\"data\":\"" + i + " " + n + "\"}");
                }
            }
            List<String> order = log(clients.get(0), 4 * each);
            for (SessionClient client : clients) {
                assertThat(log(client, 4 * each)).isEqualTo(order);
            }
            for (int n = 0; n < order.size(); n++) {
                assertThat(order.get(n)).startsWith((n + 1) + " ");
            }
            for (int i = 0; i < 4; i++) {
                String sender = " " + i + " ";
                List<String> fromOne = order.stream().filter(line -> line.contains(sender))
                        .map(line -> line.substring(line.indexOf(sender) + sender.length())).collect(Collectors.toList());
                List<String> sent = new ArrayList<>();
                for (int n = 0; n < each; n++) {
                    sent.add(Integer.toString(n));
                }
                assertThat(fromOne).isEqualTo(sent);
            }
        } finally {
            clients.forEach(SocketClient::close);
        }
    }

    @Test
    void a_broadcast_to_the_namespace_reaches_every_replica() {
        try (SessionClient ann = SessionClient.connect(left.ws("/ws?ns=/wide"));
                SessionClient bob = SessionClient.connect(right.ws("/ws?ns=/wide"));
                SessionClient eve = SessionClient.connect(right.ws("/ws?ns=/other"))) {
            ann.call("send", "{\"event\":\"news\",\"data\":1}");
            assertThat(bob.pushes("news", 1)).hasSize(1);
            assertThat(ann.pushes("news", 1)).hasSize(1);
            eve.call("heartbeat", "{}");
            assertThat(eve.pushes("news")).isEmpty();
        }
    }

    @Test
    void a_message_to_one_session_finds_it_on_the_other_replica() {
        try (SessionClient ann = left.session(); SessionClient bob = right.session(); SessionClient eve = right.session()) {
            ann.call("send", "{\"room\":\"" + bob.id() + "\",\"data\":\"one\"}");
            ann.call("send", "{\"room\":\"" + bob.id() + "\",\"data\":\"two\"}");
            List<JsonNode> messages = bob.pushes("message", 2);
            assertThat(messages).extracting(m -> m.path("offset").asInt()).containsExactly(1, 2);
            eve.call("heartbeat", "{}");
            assertThat(eve.pushes("message")).isEmpty();
        }
    }

    @Test
    void a_message_to_one_session_arrives_though_its_room_was_forgotten_in_between() {
        try (SessionClient ann = left.session(); SessionClient bob = right.session()) {
            String send = "{\"room\":\"" + bob.id() + "\",\"data\":\"psst\"}";
            ann.call("send", send);
            ann.call("send", send);
            bob.pushes("message", 2);
            assertThat(redis.command("DEL \"atrium:room:{/ " + bob.id() + "}\"")).isEqualTo(":1");
            ann.call("send", send);
            assertThat(bob.pushes("message", 3)).hasSize(3);
        }
    }

    @Test
    void members_and_presence_events_are_seen_across_replicas() {
        try (SessionClient ann = left.session()) {
            ann.call("join", "{\"room\":\"who\",\"presence\":true}");
            SessionClient bob = right.session();
            bob.join("who");
            assertThat(ann.pushes("@joined", 1).get(0).at("/data/id").asText()).isEqualTo(bob.id());
            assertThat(ann.call("members", "{\"room\":\"who\"}").at("/body/members")).extracting(m -> m.path("id").asText())
                    .containsExactly(ann.id(), bob.id());
            bob.leave();
            assertThat(ann.pushes("@left", 1).get(0).at("/data/id").asText()).isEqualTo(bob.id());
            awaitMembers(left, "who", 1);
        }
    }

    @Test
    void a_post_on_one_replica_arrives_on_the_other_at_the_position_of_its_answer() {
        try (SessionClient ann = right.session()) {
            long head = ann.join("posts").at("/body/offset").asLong();
            String body = left.post("/rooms/posts", "over HTTP").body();
            JsonNode message = ann.pushes("message", 1).get(0);
            assertThat(message.path("offset").asLong()).isEqualTo(head + 1);
            assertThat(body).contains("\"offset\":" + (head + 1)).contains(message.path("epoch").asText());
        }
    }

    @Test
    void a_replica_subscribes_to_exactly_the_rooms_that_it_has_members_in() {
        try (SessionClient ann = left.session()) {
            ann.join("counted");
            assertThat(subscribers("counted")).isEqualTo(1);
            try (SessionClient bob = right.session(); SessionClient eve = right.session()) {
                bob.join("counted");
                eve.join("counted");
                assertThat(subscribers("counted")).isEqualTo(2);
            }
            SocketClient.await().until(() -> subscribers("counted") == 1);
            ann.call("leave", "{\"room\":\"counted\"}");
            SocketClient.await().until(() -> subscribers("counted") == 0);
        }
    }

    @Test
    void a_killed_replica_s_members_are_gone_when_its_lease_is_over_and_the_other_replica_serves() {
        Replica third = Replica.start(java.util.Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url(),
                "atrium.redis.lease", "3s"));
        try (SessionClient ann = left.session()) {
            ann.join("killed");
            SessionClient lost = third.session();
            lost.join("killed");
            awaitMembers(left, "killed", 2);
            third.kill();
            assertThat(ann.call("send", "{\"room\":\"killed\",\"data\":1}").path("code").asInt()).isEqualTo(200);
            assertThat(ann.pushes("message", 1)).hasSize(1);
            awaitMembers(left, "killed", 1);
            assertThat(ann.isOpen()).isTrue();
        } finally {
            third.close();
        }
    }

    private static int subscribers(String room) {
        return redis.subscribers("atrium:room:{/ " + room + "}");
    }

    private static void awaitMembers(Replica replica, String room, int count) {
        try (SessionClient client = replica.session()) {
            SocketClient.await()
                    .until(() -> client.call("members", "{\"room\":\"" + room + "\"}").at("/body/members").size() == count);
        }
    }

    private static List<String> log(SessionClient client, int count) {
        return client.pushes("message", count).stream()
                .map(m -> m.path("offset").asLong() + " " + m.path("data").asText()).collect(Collectors.toList());
    }
}
