package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Session protocol at {@code /ws}: commands and pushes. */
class SessionProtocolIT {

    /** More than the system and the send queue take, with a megabyte each. */
    private static final int PAGES = 40;

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = SharedReplicas.open();
    }

    @Test
    void the_first_frame_is_a_welcome_with_the_figures_of_the_heartbeat() {
        try (SessionClient ann = replica.session()) {
            JsonNode data = ann.pushes("@welcome").get(0).path("data");
            assertThat(data.path("id").asText()).isNotEmpty();
            assertThat(data.at("/heartbeat/interval").asInt()).isEqualTo(25_000);
            assertThat(data.at("/heartbeat/timeout").asInt()).isEqualTo(20_000);
            assertThat(ann.subprotocol()).isEqualTo("atrium.v1");
        }
    }

    @Test
    void a_client_that_asks_for_no_subprotocol_gets_the_same_protocol() {
        try (SocketClient ann = replica.plain("/ws")) {
            assertThat(ann.await(1).get(0)).contains("@welcome");
        }
    }

    @Test
    void a_message_arrives_with_its_sender_time_and_position() {
        try (SessionClient ann = replica.session(); SessionClient bob = replica.session()) {
            assertThat(ann.join("full").at("/body/offset").asLong()).isZero();
            bob.join("full");
            JsonNode reply = ann.call("send", "{\"room\":\"full\",\"event\":\"move\",\"data\":{\"x\":[1,2.50,null]}}");
            assertThat(reply.path("code").asInt()).isEqualTo(200);

            JsonNode message = bob.pushes("move", 1).get(0);
            assertThat(message.path("room").asText()).isEqualTo("full");
            assertThat(message.path("data").toString()).isEqualTo("{\"x\":[1,2.5,null]}");
            assertThat(message.at("/from/id").asText()).isEqualTo(ann.id());
            assertThat(message.path("at")).isEqualTo(reply.at("/body/at"));
            assertThat(message.path("epoch")).isEqualTo(reply.at("/body/epoch"));
            assertThat(message.path("offset").asLong()).isEqualTo(1).isEqualTo(reply.at("/body/offset").asLong());
            assertThat(bob.received()).anyMatch(frame -> frame.contains("{\"x\":[1,2.50,null]}"));
        }
    }

    @Test
    void offsets_count_one_two_three_for_everyone() {
        try (SessionClient ann = replica.session(); SessionClient bob = replica.session()) {
            ann.join("count");
            bob.join("count");
            for (int i = 0; i < 50; i++) {
                ann.send("send", "{\"room\":\"count\",\"data\":" + i + "}");
                bob.send("send", "{\"room\":\"count\",\"data\":" + i + "}");
            }
            List<JsonNode> heardByAnn = ann.pushes("message", 100);
            for (int i = 0; i < 100; i++) {
                assertThat(heardByAnn.get(i).path("offset").asInt()).isEqualTo(i + 1);
            }
            assertThat(bob.pushes("message", 100)).isEqualTo(heardByAnn);
        }
    }

    @Test
    void a_send_right_behind_a_join_reaches_its_sender() {
        try (SessionClient ann = replica.session()) {
            ann.send("join", "{\"room\":\"pipelined\"}");
            ann.send("send", "{\"room\":\"pipelined\",\"data\":\"mine\"}");
            assertThat(ann.pushes("message", 1).get(0).path("data").asText()).isEqualTo("mine");
        }
    }

    @Test
    void without_echo_the_sender_does_not_receive_its_message() {
        try (SessionClient ann = replica.session(); SessionClient bob = replica.session()) {
            ann.join("noecho");
            bob.join("noecho");
            ann.call("send", "{\"room\":\"noecho\",\"data\":\"quiet\",\"echo\":false}");
            ann.call("send", "{\"room\":\"noecho\",\"data\":\"loud\"}");
            assertThat(bob.pushes("message", 2)).hasSize(2);
            assertThat(ann.pushes("message", 1)).singleElement()
                    .satisfies(message -> assertThat(message.path("data").asText()).isEqualTo("loud"));
        }
    }

    @Test
    void a_broadcast_reaches_all_of_its_namespace_in_rooms_and_in_none() {
        try (SessionClient inRoom = SessionClient.connect(replica.ws("/ws?ns=/wide"));
                SessionClient inNone = SessionClient.connect(replica.ws("/ws?ns=/wide"));
                SocketClient plain = replica.plain("/rooms/x?ns=/wide");
                SessionClient elsewhere = replica.session()) {
            inRoom.join("x");
            inRoom.call("send", "{\"event\":\"news\",\"data\":\"to all\"}");
            JsonNode message = inNone.pushes("news", 1).get(0);
            assertThat(message.has("room")).isFalse();
            assertThat(inRoom.pushes("news", 1)).hasSize(1);
            plain.awaitExactly("to all");
            elsewhere.call("heartbeat", "{}");
            assertThat(elsewhere.pushes("news")).isEmpty();
        }
    }

    @Test
    void a_message_to_a_session_s_id_reaches_that_session_alone() {
        try (SessionClient ann = replica.session(); SessionClient bob = replica.session()) {
            ann.join("room");
            bob.join("room");
            assertThat(ann.call("send", "{\"room\":\"" + bob.id() + "\",\"data\":\"psst\"}").path("code").asInt())
                    .isEqualTo(200);
            assertThat(bob.pushes("message", 1).get(0).path("room").asText()).isEqualTo(bob.id());
            ann.call("heartbeat", "{}");
            assertThat(ann.pushes("message")).isEmpty();
        }
    }

    @Test
    void a_client_cannot_join_the_own_room_of_another() {
        try (SessionClient ann = replica.session(); SessionClient bob = replica.session()) {
            assertThat(ann.join(bob.id()).path("code").asInt()).isEqualTo(403);
            assertThat(ann.join(ann.id()).path("code").asInt()).isEqualTo(200);
            assertThat(ann.call("leave", "{\"room\":\"" + ann.id() + "\"}").path("code").asInt()).isEqualTo(400);
        }
    }

    @Test
    void leaving_stops_messages_at_once() {
        try (SessionClient ann = replica.session(); SessionClient bob = replica.session()) {
            ann.join("stop");
            bob.join("stop");
            for (int i = 0; i < 200; i++) {
                bob.send("send", "{\"room\":\"stop\",\"data\":" + i + "}");
            }
            int leave = ann.send("leave", "{\"room\":\"stop\"}");
            ann.reply(leave);
            bob.call("send", "{\"room\":\"stop\",\"data\":\"last\"}");
            ann.call("heartbeat", "{}");
            List<String> frames = ann.received();
            int left = indexOf(frames, "\"seq\":" + leave + ",");
            assertThat(frames.subList(left, frames.size())).noneMatch(frame -> frame.contains("\"event\":\"message\""));
        }
    }

    @Test
    void members_are_distinguished_and_leave_with_their_connection() {
        try (SessionClient ann = replica.session()) {
            ann.call("join", "{\"room\":\"who\",\"presence\":true}");
            SessionClient bob = replica.session();
            bob.join("who");
            assertThat(ann.call("members", "{\"room\":\"who\"}").at("/body/members")).extracting(m -> m.path("id").asText())
                    .containsExactly(ann.id(), bob.id());
            bob.leave();
            assertThat(ann.pushes("@left", 1).get(0).at("/data/id").asText()).isEqualTo(bob.id());
            assertThat(ann.pushes("@joined", 1)).singleElement()
                    .satisfies(notice -> assertThat(notice.at("/data/id").asText()).isEqualTo(bob.id()));
            assertThat(ann.call("members", "{\"room\":\"who\"}").at("/body/members")).hasSize(1);
        }
    }

    @Test
    void only_clients_that_asked_are_sent_presence_events() {
        try (SessionClient ann = replica.session();
                SessionClient bob = replica.session();
                SessionClient eve = replica.session()) {
            ann.call("join", "{\"room\":\"shown\",\"presence\":true}");
            eve.join("shown");
            bob.join("shown");
            bob.call("leave", "{\"room\":\"shown\"}");
            ann.pushes("@left", 1);
            assertThat(ann.pushes("@joined")).hasSize(2);
            assertThat(eve.pushes("@joined")).isEmpty();
            assertThat(eve.pushes("@left")).isEmpty();
        }
    }

    @Test
    void joining_twice_is_joining_once() {
        try (SessionClient ann = replica.session()) {
            ann.join("twice");
            assertThat(ann.join("twice").path("code").asInt()).isEqualTo(200);
            ann.call("send", "{\"room\":\"twice\",\"data\":1}");
            ann.call("heartbeat", "{}");
            assertThat(ann.pushes("message")).hasSize(1);
            assertThat(ann.call("leave", "{\"room\":\"twice\"}").path("code").asInt()).isEqualTo(200);
            assertThat(ann.call("leave", "{\"room\":\"twice\"}").path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void bytes_follow_their_json_line_both_ways() {
        try (SessionClient ann = replica.session(); SocketClient plain = replica.plain("/rooms/bytes")) {
            ann.join("bytes");
            byte[] line = "{\"seq\":9,\"cmd\":\"send\",\"params\":{\"room\":\"bytes\",\"event\":\"photo\"}}\n"
                    .getBytes(StandardCharsets.UTF_8);
            byte[] frame = java.util.Arrays.copyOf(line, line.length + 3);
            frame[line.length] = (byte) 0xFF;
            frame[line.length + 1] = '\n';
            ann.binary(frame);
            assertThat(ann.reply(9).path("code").asInt()).isEqualTo(200);
            plain.awaitExactly("0xff0a00");
            assertThat(ann.pushes("photo", 1).get(0).has("data")).isFalse();
            assertThat(ann.received()).anyMatch(hex -> hex.startsWith("0x") && hex.endsWith("0aff0a00"));
        }
    }

    @Test
    void without_seq_there_is_no_reply() {
        try (SessionClient ann = replica.session()) {
            ann.text("{\"cmd\":\"join\",\"params\":{\"room\":\"silent\"}}");
            ann.text("{\"cmd\":\"send\",\"params\":{\"room\":\"silent\",\"data\":1}}");
            ann.pushes("message", 1);
            assertThat(ann.replies()).isEmpty();
        }
    }

    @Test
    void the_heartbeat_command_with_seq_0_is_answered() {
        try (SessionClient ann = replica.session()) {
            ann.text("{\"seq\":0,\"cmd\":\"heartbeat\"}");
            ann.text("ping");
            ann.await(3);
            assertThat(ann.received().subList(1, 3)).containsExactly("{\"seq\":0,\"code\":200}", "pong");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "hello                                                       | not JSON",
            "{\"seq\":1,\"cmd\":\"join\"                                 | not JSON",
            "[1,2]                                                       | expected a JSON object",
            "{\"cmd\":\"heartbeat\"} {}                                  | nothing after it",
            "{\"seq\":1}                                                 | cmd:",
            "{\"seq\":1,\"cmd\":7}                                       | cmd:",
            "{\"seq\":1,\"cmd\":\"fly\"}                                 | cmd:",
            "{\"seq\":\"1\",\"cmd\":\"heartbeat\"}                       | seq:",
            "{\"seq\":1.5,\"cmd\":\"heartbeat\"}                         | seq:",
            "{\"seq\":1,\"cmd\":\"join\"}                                | params.room:",
            "{\"seq\":1,\"cmd\":\"join\",\"params\":[]}                  | params:",
            "{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":5}}        | params.room:",
            "{\"seq\":1,\"cmd\":\"send\",\"params\":{\"room\":null}}     | params.room:",
            "{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"\"}}     | room:",
            "{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"a\\u0000\"}} | room:",
            "{\"seq\":1,\"cmd\":\"send\",\"params\":{\"room\":\"a\",\"event\":\"@joined\"}} | event:",
            "{\"seq\":1,\"cmd\":\"send\",\"params\":{\"room\":\"a\",\"event\":\"\"}} | event:",
            "{\"seq\":1,\"cmd\":\"send\",\"params\":{\"room\":\"a\",\"echo\":\"no\"}} | params.echo:",
    })
    void a_bad_command_gets_400_and_the_field_and_the_connection_stays(String command, String field) {
        try (SessionClient ann = replica.session()) {
            ann.text(command);
            ann.await(2);
            JsonNode reply = ann.replies().get(0);
            assertThat(reply.path("code").asInt()).isEqualTo(400);
            assertThat(reply.path("error").asText()).contains(field);
            assertThat(ann.call("heartbeat", "{}").path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void a_room_name_of_256_bytes_gets_400() {
        try (SessionClient ann = replica.session()) {
            assertThat(ann.join("x".repeat(256)).path("error").asText()).contains("room: expected at most 255 bytes");
        }
    }

    @Test
    void a_call_where_no_application_answers_gets_404() {
        try (SessionClient ann = replica.session()) {
            JsonNode answer = ann.call("call", "{\"name\":\"anything\"}");
            assertThat(answer.path("code").asInt()).isEqualTo(404);
            assertThat(answer.path("error").asText()).startsWith("params.name: ");
        }
    }

    @Test
    void a_binary_frame_without_a_json_line_in_utf_8_gets_400() {
        try (SessionClient ann = replica.session()) {
            ann.binary((byte) 1, (byte) 2);
            ann.binary(
                    "{\"seq\":1,\"cmd\":\"send\",\"params\":{\"room\":\"caf\u00e9\"}}\n".getBytes(StandardCharsets.ISO_8859_1));
            ann.await(3);
            assertThat(ann.replies()).extracting(reply -> reply.path("code").asInt()).containsExactly(400, 400);
        }
    }

    @Test
    void pages_that_are_requested_at_once_are_sent_as_fast_as_their_client_reads() throws IOException {
        replica.post("/rooms/large", "x".repeat(1_000_000));
        ByteArrayOutputStream commands = new ByteArrayOutputStream();
        for (int seq = 1; seq <= PAGES; seq++) {
            commands.writeBytes(RawSocket.masked(0x81, ("{\"seq\":" + seq
                    + ",\"cmd\":\"history\",\"params\":{\"room\":\"large\"}}").getBytes(StandardCharsets.UTF_8)));
        }
        try (RawSocket ann = RawSocket.connect(replica.port(), "/ws")) {
            assertThat(ann.read().text()).contains("@welcome");
            ann.write(commands.toByteArray());
            // The system takes some of what the client does not read.
            SocketClient.await().until(() -> replica.metric("atrium_outbox_bytes") > 64 * 1024);
            for (int seq = 1; seq <= PAGES; seq++) {
                assertThat(ann.read().text()).startsWith("{\"seq\":" + seq + ",\"code\":200");
            }
        }
    }

    private static int indexOf(List<String> frames, String part) {
        for (int i = 0; i < frames.size(); i++) {
            if (frames.get(i).contains(part)) {
                return i;
            }
        }
        throw new AssertionError(part);
    }
}
