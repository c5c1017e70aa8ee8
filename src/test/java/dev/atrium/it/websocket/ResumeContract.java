package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.ClusterContract;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Contract of resuming: a client whose connection broke continues at its stream position, or is notified that it cannot. The
 * same for each backplane.
 */
abstract class ResumeContract extends ClusterContract {

    /** Settings of a namespace with a short history and one without. */
    static final Map<String, String> SETTINGS = Map.of(
            "atrium.history.namespace.\"/short*\".size", "5",
            "atrium.history.namespace.\"/none\".size", "0");

    private static final long PAUSE_NANOS = 50_000;

    private static final List<Integer> ACCEPTED = List.of(200, 200, 200, 200, 201, 202);
    private static final List<Integer> REJECTED = List.of(404, 404, 404, 404, 404, 404);

    ResumeContract(Cluster cluster) {
        super(cluster);
    }

    @Test
    void a_message_to_a_session_is_accepted_while_it_can_be_resumed_and_rejected_on_each_transport_afterwards() {
        try (SessionClient ann = here().session(); SocketIoClient sam = SocketIoClient.connect(here(), "/", "websocket")) {
            SessionClient bob = elsewhere().session();
            String id = bob.id();
            bob.join("direct");
            assertThat(replies(ann, sam, id)).isEqualTo(ACCEPTED);
            assertThat(bob.pushes("message", ACCEPTED.size())).hasSameSizeAs(ACCEPTED);

            String never = id.substring(0, id.length() - 1) + (id.endsWith("A") ? "B" : "A");
            assertThat(replies(ann, sam, never)).isEqualTo(REJECTED);
            assertThat(replies(ann, sam, "~" + "nobody" + id.substring(7))).isEqualTo(REJECTED);
            assertThat(here().post("/rooms/" + id + "?ns=/other", "hello").statusCode()).isEqualTo(404);
            assertThat(here().post("/rooms/" + never, "hello").body()).contains("room: there is no such session");
            assertThat(ann.call("send", "{\"room\":\"" + never + "\"}").path("error").asText())
                    .isEqualTo("room: there is no such session in this namespace");

            bob.cut();
            SocketClient.await().until(() -> ann.call("members", "{\"room\":\"direct\"}").at("/body/members").isEmpty());
            assertThat(replies(ann, sam, id)).as("while it waits for its client").isEqualTo(ACCEPTED);

            try (SessionClient again = here().session()) {
                JsonNode resumed = again.call("resume", "{\"token\":\"" + bob.welcome().path("resume").asText() + "\"}");
                assertThat(resumed.path("code").asInt()).as(resumed.toString()).isEqualTo(200);
                assertThat(elsewhere().post("/rooms/" + id, "hello").statusCode()).isEqualTo(201);
                assertThat(again.pushes("message", 1)).hasSize(1);
                assertThat(here().post("/rooms/" + again.id(), "hello").statusCode()).as("its own id until it resumed")
                        .isEqualTo(404);
            }
            SocketClient.await().untilAsserted(() -> assertThat(replies(ann, sam, id)).as("after its end").isEqualTo(REJECTED));
        }
    }

    @Test
    void a_message_to_a_session_that_cannot_be_resumed_is_rejected_as_soon_as_it_has_ended() {
        String id;
        try (SessionClient ann = here().session(); SocketClient plain = elsewhere().plain("/rooms/direct-plain")) {
            id = SocketClient.await().until(() -> ann.call("members", "{\"room\":\"direct-plain\"}")
                    .at("/body/members/0/id").asText(), found -> !found.isEmpty());
            assertThat(here().post("/rooms/" + id, "hello").statusCode()).isEqualTo(201);
            plain.awaitExactly("hello");
        }
        SocketClient.await().until(() -> here().post("/rooms/" + id, "hello").statusCode() == 404);
    }

    /** Codes of a message to a session, and of a volatile one, by the session protocol, Socket.IO and POST. */
    private List<Integer> replies(SessionClient client, SocketIoClient socket, String id) {
        return List.of(client.call("send", "{\"room\":\"" + id + "\",\"data\":1}").path("code").asInt(),
                client.call("send", "{\"room\":\"" + id + "\",\"data\":1,\"volatile\":true}").path("code").asInt(),
                SessionClient.json(socket.emitWithAck("send", id, "message", 1)).path("code").asInt(),
                SessionClient.json(socket.emitWithAck("sendVolatile", id, "message", 1)).path("code").asInt(),
                here().post("/rooms/" + id, "hello").statusCode(),
                here().post("/rooms/" + id + "?volatile", "hello").statusCode());
    }

    @Test
    void join_with_since_sends_the_missed_messages_then_the_new_ones_however_many_are_published_meanwhile() throws Exception {
        String epoch = say("since", 50);
        AtomicBoolean enough = new AtomicBoolean();
        try (SessionClient ann = elsewhere().session()) {
            CompletableFuture<Void> speaker = CompletableFuture.runAsync(() -> {
                try (SocketClient loud = here().plain("/rooms/since?echo=false")) {
                    while (!enough.get()) {
                        loud.text("live");
                        // Fast, but less than the thousand messages of the history while one client joins.
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                }
            });
            JsonNode joined = ann.call("join", since("since", epoch, 20));
            assertThat(joined.at("/body/recovered").asBoolean()).isTrue();
            assertThat(joined.at("/body/offset").asLong()).isEqualTo(20);
            ann.pushes("message", 500);
            enough.set(true);
            speaker.get();
            assertThat(ann.pushes("message")).extracting(m -> m.path("offset").asLong()).startsWith(offsets(21, 520));
        }
    }

    @Test
    void join_with_since_at_the_head_misses_nothing() {
        String epoch = say("head", 3);
        try (SessionClient ann = elsewhere().session()) {
            JsonNode joined = ann.call("join", since("head", epoch, 3));
            assertThat(joined.at("/body/recovered").asBoolean()).isTrue();
            assertThat(joined.at("/body/offset").asLong()).isEqualTo(3);
            here().post("/rooms/head", "next");
            assertThat(ann.pushes("message", 1)).extracting(m -> m.path("offset").asLong()).containsExactly(4L);
        }
    }

    @Test
    void joining_again_at_once_loses_nothing_of_what_was_missed() {
        String epoch = say("joined-twice", 50);
        String place = since("joined-twice", epoch, 20);
        for (int i = 0; i < 20; i++) {
            try (SessionClient ann = elsewhere().session()) {
                int first = ann.send("join", place);
                int same = ann.send("join", place.replace("\"since\"", "\"presence\":true,\"since\""));
                int bare = ann.send("join", "{\"room\":\"joined-twice\"}");
                int older = ann.send("join", since("joined-twice", epoch, 10));
                assertThat(ann.reply(first).at("/body/recovered").asBoolean()).isTrue();
                assertThat(ann.reply(same).at("/body/recovered").asBoolean()).as("the position that it joined from").isTrue();
                assertThat(ann.reply(bare).at("/body/recovered").asBoolean()).isFalse();
                assertThat(ann.reply(older).at("/body/recovered").asBoolean()).as("messages before the join are not sent")
                        .isFalse();
                assertThat(ann.pushes("message", 30)).extracting(message -> message.path("offset").asInt())
                        .containsExactlyElementsOf(IntStream.rangeClosed(21, 50).boxed().toList());
                // No message after a reply is at or before the stream position in the reply.
                List<JsonNode> all = ann.received().stream().map(SessionClient::json).toList();
                long handed = all.subList(0, all.indexOf(ann.reply(bare))).stream()
                        .filter(frame -> frame.path("event").asText().equals("message")).count();
                assertThat(ann.reply(bare).at("/body/offset").asLong()).isEqualTo(20 + handed);
                assertThat(ann.pushes("@gap")).isEmpty();
            }
        }
    }

    @Test
    void join_with_since_in_another_epoch_is_not_recovered() {
        String epoch = say("epoch", 3);
        try (SessionClient ann = elsewhere().session()) {
            JsonNode joined = ann.call("join", since("epoch", "elsewhen", 1));
            assertThat(joined.at("/body/recovered").asBoolean()).isFalse();
            assertThat(joined.at("/body/epoch").asText()).isEqualTo(epoch);
            assertThat(joined.at("/body/offset").asLong()).isEqualTo(3);
        }
    }

    @Test
    void join_with_since_from_beyond_what_is_kept_is_not_recovered() {
        String epoch = say("far?ns=/short", 10);
        try (SessionClient late = SessionClient.connect(elsewhere().ws("/ws?ns=/short"));
                SessionClient inTime = SessionClient.connect(elsewhere().ws("/ws?ns=/short"))) {
            JsonNode lost = late.call("join", since("far", epoch, 4));
            assertThat(lost.at("/body/recovered").asBoolean()).isFalse();
            assertThat(lost.at("/body/offset").asLong()).isEqualTo(10);
            assertThat(inTime.call("join", since("far", epoch, 5)).at("/body/recovered").asBoolean()).isTrue();
            assertThat(inTime.pushes("message", 5)).extracting(m -> m.path("offset").asLong())
                    .containsExactly(6L, 7L, 8L, 9L, 10L);
            late.call("heartbeat", "{}");
            assertThat(late.pushes("message")).isEmpty();
        }
    }

    @Test
    void without_history_only_a_client_that_missed_nothing_is_recovered() {
        String epoch = say("bare?ns=/none", 2);
        try (SessionClient ann = SessionClient.connect(elsewhere().ws("/ws?ns=/none"));
                SessionClient bob = SessionClient.connect(elsewhere().ws("/ws?ns=/none"))) {
            assertThat(ann.call("join", since("bare", epoch, 1)).at("/body/recovered").asBoolean()).isFalse();
            assertThat(bob.call("join", since("bare", epoch, 2)).at("/body/recovered").asBoolean()).isTrue();
            assertThat(ann.call("history", "{\"room\":\"bare\"}").at("/body/messages")).isEmpty();
        }
    }

    @Test
    void a_session_resumes_with_its_id_its_rooms_and_what_it_missed() {
        SessionClient before = here().session();
        before.join("one");
        before.call("join", "{\"room\":\"two\",\"presence\":true}");
        String token = before.welcome().path("resume").asText();
        before.cut();
        here().post("/rooms/one", "missed");
        here().post("/rooms/two", "missed, too");
        try (SessionClient other = here().session(); SessionClient after = elsewhere().session()) {
            other.call("send", "{\"room\":\"" + before.id() + "\",\"data\":\"to you alone\"}");
            JsonNode resumed = after.call("resume", resume(token, before, Map.of("one", 0L, "two", 0L)));

            assertThat(resumed.path("code").asInt()).as(resumed.toString()).isEqualTo(200);
            assertThat(resumed.at("/body/id").asText()).isEqualTo(before.id());
            assertThat(resumed.at("/body/resume").asText()).isNotEmpty().isNotEqualTo(token);
            assertThat(resumed.at("/body/rooms")).hasSize(4).allSatisfy(
                    room -> assertThat(room.path("recovered").asBoolean()).as(room.toString()).isTrue());
            assertThat(after.pushes("message", 3)).extracting(m -> m.path("data").asText())
                    .containsExactlyInAnyOrder("missed", "missed, too", "to you alone");

            other.join("two");
            assertThat(after.pushes("@joined", 1).get(0).at("/data/id").asText()).isEqualTo(other.id());
            other.call("send", "{\"room\":\"" + before.id() + "\",\"data\":\"and again\"}");
            assertThat(after.pushes("message", 4).get(3).path("data").asText()).isEqualTo("and again");
            assertThat(after.call("members", "{\"room\":\"two\"}").at("/body/members"))
                    .extracting(m -> m.path("id").asText()).containsExactly(before.id(), other.id());
        }
    }

    @Test
    void a_session_takes_over_from_a_connection_that_is_only_half_dead() {
        try (SessionClient before = here().session(); SessionClient watcher = here().session()) {
            before.join("half");
            watcher.call("join", "{\"room\":\"half\",\"presence\":true}");
            try (SessionClient after = elsewhere().session()) {
                JsonNode resumed = after.call("resume",
                        resume(before.welcome().path("resume").asText(), before, Map.of("half", 0L)));
                assertThat(resumed.path("code").asInt()).as(resumed.toString()).isEqualTo(200);
                assertThat(before.awaitClose()).isEqualTo(1000);
                assertThat(before.closeReason()).isEqualTo("resumed on another connection");
                here().post("/rooms/half", "still here?");
                after.pushes("message", 1);
                assertThat(watcher.call("members", "{\"room\":\"half\"}").at("/body/members")).hasSize(2);
            }
        }
    }

    @Test
    void a_client_that_never_received_the_answer_resumes_with_the_token_that_it_has() {
        SessionClient before = here().session();
        before.join("twice");
        String token = before.welcome().path("resume").asText();
        before.cut();
        SessionClient unheard = elsewhere().session();
        unheard.call("resume", resume(token, before, Map.of("twice", 0L)));
        unheard.cut();
        here().post("/rooms/twice", "missed");
        try (SessionClient after = here().session()) {
            JsonNode resumed = after.call("resume", resume(token, before, Map.of("twice", 0L)));
            assertThat(resumed.at("/body/id").asText()).isEqualTo(before.id());
            assertThat(after.pushes("message", 1).get(0).path("data").asText()).isEqualTo("missed");
        }
    }

    @Test
    void a_client_whose_old_connection_was_only_half_dead_resumes_with_the_token_that_it_has() {
        try (SessionClient before = here().session(); SessionClient unheard = elsewhere().session()) {
            before.join("half-twice");
            String token = before.welcome().path("resume").asText();
            unheard.call("resume", resume(token, before, Map.of("half-twice", 0L)));
            before.awaitClose();
            unheard.cut();
            try (SessionClient after = here().session()) {
                JsonNode resumed = after.call("resume", resume(token, before, Map.of("half-twice", 0L)));
                assertThat(resumed.at("/body/id").asText()).as(resumed.toString()).isEqualTo(before.id());
            }
        }
    }

    /** A tab and the service worker of it, say, or a client that gave up on its first attempt too early. */
    @Test
    void of_two_connections_that_resume_one_token_at_once_one_has_the_session() {
        for (int round = 0; round < 10; round++) {
            String room = "race-" + round;
            SessionClient before = here().session();
            before.join(room);
            String resume = resume(before.welcome().path("resume").asText(), before, Map.of(room, 0L));
            before.cut();
            try (SessionClient first = here().session();
                    SessionClient second = elsewhere().session();
                    SessionClient watcher = here().session()) {
                first.send("resume", resume);
                second.send("resume", resume);
                // The server answers the other one with 410, or closes its connection after it has had the session for a moment.
                SocketClient.await().untilAsserted(() -> {
                    assertThat(List.of(first, second)).noneMatch(each -> each.isOpen() && each.replies().isEmpty());
                    assertThat(has(first)).as("%s %s", first.received(), second.received()).isNotEqualTo(has(second));
                });
                SessionClient winner = has(first) ? first : second;
                SessionClient loser = has(first) ? second : first;
                if (!loser.isOpen()) {
                    assertThat(loser.closeReason()).isEqualTo("resumed on another connection");
                }

                here().post("/rooms/" + room, "heard once");
                winner.pushes("message", 1);
                watcher.join(room);
                assertThat(watcher.call("members", "{\"room\":\"" + room + "\"}").at("/body/members"))
                        .extracting(member -> member.path("id").asText())
                        .containsExactlyInAnyOrder(before.id(), watcher.id());
                assertThat(winner.pushes("message")).hasSize(1);
                assertThat(loser.pushes("message")).isEmpty();
                assertThat(winner.replies().get(0).at("/body/id").asText()).isEqualTo(before.id());
            }
        }
    }

    private static boolean has(SessionClient client) {
        return client.isOpen() && client.replies().stream().anyMatch(reply -> reply.path("code").asInt() == 200);
    }

    @Test
    void clients_that_are_gone_before_they_have_resumed_leave_their_rooms_open_to_others() {
        SessionClient before = here().session();
        String rooms = "cold-" + UUID.randomUUID();
        for (int i = 0; i < 20; i++) {
            before.join(rooms + i);
        }
        String token = before.welcome().path("resume").asText();
        before.cut();
        for (int i = 0; i < 10; i++) {
            SessionClient hasty = elsewhere().session();
            hasty.send("resume", "{\"token\":\"" + token + "\"}");
            hasty.cut();
        }
        try (SessionClient other = elsewhere().session()) {
            for (int i = 0; i < 20; i++) {
                assertThat(other.join(rooms + i).path("code").asInt()).isEqualTo(200);
            }
        }
    }

    @Test
    void an_unknown_token_gets_410_and_the_new_session_stays() {
        try (SessionClient ann = here().session()) {
            JsonNode answer = ann.call("resume", "{\"token\":\"" + "x".repeat(30) + "\"}");
            assertThat(answer.path("code").asInt()).isEqualTo(410);
            assertThat(answer.path("error").asText()).startsWith("params.token: ");
            assertThat(ann.join("on").path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void a_client_that_closed_with_a_code_of_its_own_resumes() {
        SessionClient before = here().session();
        String token = before.welcome().path("resume").asText();
        before.leave(4000);
        try (SessionClient after = elsewhere().session()) {
            assertThat(after.call("resume", "{\"token\":\"" + token + "\"}").at("/body/id").asText()).isEqualTo(before.id());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1000, 1001 })
    void a_client_that_closed_normally_does_not_resume(int code) {
        SessionClient before = here().session();
        String token = before.welcome().path("resume").asText();
        before.leave(code);
        SocketClient.await().untilAsserted(() -> {
            try (SessionClient after = elsewhere().session()) {
                assertThat(after.call("resume", "{\"token\":\"" + token + "\"}").path("code").asInt()).isEqualTo(410);
            }
        });
    }

    @Test
    void resume_comes_first_and_in_the_same_namespace() {
        try (SessionClient before = here().session();
                SessionClient joined = here().session();
                SessionClient other = SessionClient.connect(elsewhere().ws("/ws?ns=/other"))) {
            String token = "{\"token\":\"" + before.welcome().path("resume").asText() + "\"}";
            joined.join("early");
            assertThat(joined.call("resume", token).path("code").asInt()).isEqualTo(409);
            assertThat(other.call("resume", token).path("code").asInt()).isEqualTo(410);
            assertThat(other.call("resume", "{}").path("error").asText()).startsWith("params.token: expected a string");
            assertThat(other.join("on").path("code").asInt()).isEqualTo(200);
            here().post("/rooms/" + before.id(), "still here?");
            before.pushes("message", 1);
        }
    }

    @Test
    void a_repeated_send_is_published_once() {
        try (SessionClient ann = here().session(); SessionClient bob = elsewhere().session()) {
            bob.join("again");
            String send = "{\"room\":\"again\",\"data\":1,\"idempotency\":\"a-1\"}";
            JsonNode first = ann.call("send", send).path("body");
            assertThat(bob.call("send", send).path("body")).isEqualTo(first);
            ann.call("send", "{\"room\":\"again\",\"data\":2,\"idempotency\":\"a-2\"}");
            assertThat(bob.pushes("message", 2)).extracting(m -> m.path("data").asInt()).containsExactly(1, 2);
        }
    }

    @Test
    void history_is_read_in_pages_both_ways() {
        String epoch = say("pages", 10);
        try (SessionClient ann = elsewhere().session()) {
            assertThat(read(ann, "\"limit\":3")).containsExactly(8L, 9L, 10L);
            assertThat(read(ann, "\"before\":8,\"limit\":3")).containsExactly(5L, 6L, 7L);
            assertThat(read(ann, "\"after\":2,\"limit\":3")).containsExactly(3L, 4L, 5L);
            assertThat(read(ann, "\"after\":10")).isEmpty();
            assertThat(ann.call("history", "{\"room\":\"pages\"}").at("/body/epoch").asText()).isEqualTo(epoch);
            assertThat(ann.call("history", "{\"room\":\"pages\",\"limit\":0}").path("error").asText())
                    .isEqualTo("params.limit: expected a number from 1 to 1000");
            assertThat(ann.call("history", "{\"room\":\"" + ann.id() + "\"}").path("code").asInt()).isEqualTo(200);
        }
    }

    private static List<Long> read(SessionClient client, String range) {
        return client.call("history", "{\"room\":\"pages\"," + range + "}").at("/body/messages")
                .findValuesAsText("offset").stream().map(Long::valueOf).toList();
    }

    /** Publishes a number of messages, and returns the room's epoch. */
    private String say(String roomAndQuery, int times) {
        String epoch = "";
        for (int i = 1; i <= times; i++) {
            epoch = SessionClient.json(here().post("/rooms/" + roomAndQuery, "message " + i).body()).path("epoch").asText();
        }
        return epoch;
    }

    private static String since(String room, String epoch, long offset) {
        return "{\"room\":\"" + room + "\",\"since\":{\"epoch\":\"" + epoch + "\",\"offset\":" + offset + "}}";
    }

    /** Parameters for resuming at the given offsets, and in the rooms that {@code @welcome} names at the positions there. */
    private static String resume(String token, SessionClient before, Map<String, Long> offsets) {
        StringBuilder places = new StringBuilder();
        before.welcome().path("places").fields().forEachRemaining(
                place -> places.append('"').append(place.getKey()).append("\":").append(place.getValue()).append(','));
        offsets.forEach((room, offset) -> places.append('"').append(room).append("\":{\"epoch\":\"")
                .append(before.epochOf(room)).append("\",\"offset\":").append(offset).append("},"));
        places.setLength(places.length() - 1);
        return "{\"token\":\"" + token + "\",\"places\":{" + places + "}}";
    }

    private static Long[] offsets(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toArray(Long[]::new);
    }
}
