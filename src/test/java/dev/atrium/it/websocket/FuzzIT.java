package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand malformed frames and commands from a seed, against one server: each costs its sender a 400 or its connection,
 * and does not affect other clients.
 */
class FuzzIT {

    private static final long SEED = 20261120;

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start();
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @Test
    void malformed_commands_get_400_and_the_connection_stays() throws Exception {
        Random random = new Random(SEED);
        try (SessionClient witness = replica.session(); RawSocket socket = RawSocket.connect(replica.port(), "/ws")) {
            witness.join("fuzz");
            assertThat(socket.read().text()).contains("@welcome");
            for (int i = 0; i < 5_000; i++) {
                String command = malformedCommand(random);
                if (random.nextInt(10) == 0) {
                    socket.frame(0x82, command.getBytes(StandardCharsets.UTF_8));
                } else {
                    socket.text(command);
                }
                RawSocket.Frame reply = socket.read();
                assertThat(reply).as(command).isNotNull();
                assertThat(reply.text()).as(command).contains("\"code\":400").contains("\"error\":\"");
            }
            socket.text("{\"seq\":1,\"cmd\":\"heartbeat\"}");
            assertThat(socket.read().text()).isEqualTo("{\"seq\":1,\"code\":200}");
            assertUnharmed(witness);
        }
    }

    @Test
    void malformed_frames_close_their_own_connection_with_the_right_code() throws Exception {
        Random random = new Random(SEED);
        try (SessionClient witness = replica.session()) {
            witness.join("fuzz");
            String[] paths = { "/echo", "/rooms/fuzzed", "/ws" };
            for (int i = 0; i < 2_000; i++) {
                MalformedFrame frame = malformedFrame(random);
                try (RawSocket socket = RawSocket.connect(replica.port(), paths[i % paths.length])) {
                    socket.write(frame.bytes);
                    assertThat(socket.closeCode()).as(frame.what).isEqualTo(frame.code);
                }
            }
            assertUnharmed(witness);
        }
    }

    @Test
    void random_bytes_never_disturb_other_clients() throws Exception {
        Random random = new Random(SEED);
        try (SessionClient witness = replica.session()) {
            witness.join("fuzz");
            for (int i = 0; i < 3_000; i++) {
                try (RawSocket socket = RawSocket.connect(replica.port(), i % 2 == 0 ? "/ws" : "/rooms/noise")) {
                    byte[] noise = new byte[1 + random.nextInt(300)];
                    random.nextBytes(noise);
                    socket.write(noise);
                } catch (IOException e) {
                    // The server has already closed the connection, which is a valid result.
                }
            }
            assertUnharmed(witness);
        }
    }

    @Test
    void malformed_packets_end_their_own_connection() throws Exception {
        Random random = new Random(SEED);
        try (SessionClient witness = replica.session()) {
            witness.join("fuzz");
            for (int i = 0; i < 2_000; i++) {
                try (RawSocket socket = RawSocket.connect(replica.port(), "/socket.io/?EIO=4&transport=websocket")) {
                    assertThat(socket.read().text()).startsWith("0{");
                    socket.text("40");
                    assertThat(socket.read().text()).startsWith("40{");
                    String packet = malformedPacket(random);
                    socket.text(packet);
                    RawSocket.Frame end = socket.read();
                    assertThat(end.opcode()).as(packet).isEqualTo(8);
                }
            }
            assertUnharmed(witness);
        }
    }

    @Test
    void random_bodies_of_posts_disturb_no_client() {
        Random random = new Random(SEED);
        try (SessionClient witness = replica.session()) {
            witness.join("fuzz");
            String path = "/socket.io/?EIO=4&transport=polling";
            for (int i = 0; i < 1_000; i++) {
                String sid = replica.get(path).body().substring(9, 29);
                byte[] body = new byte[random.nextInt(200)];
                random.nextBytes(body);
                if (random.nextBoolean()) {
                    body = (malformedPacket(random) + "\u001e" + malformedPacket(random)).getBytes(StandardCharsets.UTF_8);
                }
                assertThat(replica.post(path + "&sid=" + sid, "text/plain", body).statusCode()).isIn(200, 400);
            }
            assertUnharmed(witness);
        }
    }

    private static String malformedPacket(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> letters(random);
            case 1 -> "42" + letters(random);
            case 2 -> "42[" + random.nextInt() + ",";
            case 3 -> "42[\"e\"," + "[".repeat(1 + random.nextInt(150));
            case 4 -> "45" + (11 + random.nextInt(1000)) + "-[\"e\"]";
            case 5 -> "42/" + letters(random) + ",[\"e\"]";
            case 6 -> "40" + notAnObject(random).replace("1", "[1]");
            case 7 -> "42" + "9".repeat(21 + random.nextInt(30)) + "[\"e\"]";
            case 8 -> "4" + (char) ('7' + random.nextInt(3));
            default -> "43" + new String[] { "{}", "\"x\"", "true", "[", "[1" }[random.nextInt(5)];
        };
    }

    private static void assertUnharmed(SessionClient witness) {
        assertThat(witness.isOpen()).isTrue();
        assertThat(witness.call("send", "{\"room\":\"fuzz\",\"data\":1}").path("code").asInt()).isEqualTo(200);
        assertThat(replica.log()).doesNotContain("Exception").doesNotContain("\tat ").doesNotContain("ERROR");
        assertThat(replica.metric("atrium_messages_refused_total{code=\"500\",transport=\"session\"}")).isZero();
    }

    private static String malformedCommand(Random random) {
        String room = "\"room\":\"" + "r".repeat(random.nextInt(20) + 1) + "\"";
        return switch (random.nextInt(12)) {
            case 0 -> letters(random);
            case 1 -> "{\"seq\":" + random.nextInt() + ",\"cmd\":\"join\",\"params\":{" + room + "}";
            case 2 -> "{\"seq\":" + random.nextInt() + ",\"cmd\":\"" + letters(random) + "x\"}";
            case 3 -> "{\"seq\":" + random.nextInt() + "}";
            case 4 -> "{\"seq\":[" + random.nextInt() + "],\"cmd\":\"heartbeat\"}";
            case 5 -> "{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":" + notAString(random) + "}}";
            case 6 -> "{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"" + "é".repeat(128 + random.nextInt(100)) + "\"}}";
            case 7 -> "{\"seq\":1,\"cmd\":\"send\",\"params\":{" + room + ",\"event\":\"@" + letters(random) + "\"}}";
            case 8 -> "{\"seq\":1,\"cmd\":\"send\",\"params\":{" + room + ",\"data\":{\"a\":" + "[".repeat(random.nextInt(3000))
                    + "}}}";
            case 9 ->
                "{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"a\\u00" + random.nextInt(2) + random.nextInt(10) + "\"}}";
            case 10 -> "{\"seq\":1,\"cmd\":\"send\",\"params\":" + notAnObject(random) + ",\"cmd\":\"join\"}";
            default -> "[" + random.nextInt() + "]";
        };
    }

    private static String letters(Random random) {
        StringBuilder letters = new StringBuilder();
        for (int i = random.nextInt(30) + 1; i > 0; i--) {
            letters.append((char) ('a' + random.nextInt(26)));
        }
        return letters.toString();
    }

    private static String notAString(Random random) {
        return new String[] { "1", "[]", "{}", "true", "[\"a\"]", "1e999" }[random.nextInt(6)];
    }

    private static String notAnObject(Random random) {
        return new String[] { "1", "[]", "\"x\"", "true", "[{}]" }[random.nextInt(5)];
    }

    private record MalformedFrame(String what, byte[] bytes, int code) {
    }

    private static MalformedFrame malformedFrame(Random random) {
        byte[] payload = new byte[random.nextInt(100) + 1];
        random.nextBytes(payload);
        byte[] frame = RawSocket.masked(0x82, payload);
        switch (random.nextInt(7)) {
            case 0 -> {
                frame[0] |= (byte) (0x10 << random.nextInt(3));
                return new MalformedFrame("reserved bit", frame, 1002);
            }
            case 1 -> {
                frame[0] = (byte) (0x80 | 3 + random.nextInt(5));
                return new MalformedFrame("reserved opcode", frame, 1002);
            }
            case 2 -> {
                frame[1] &= 0x7F;
                return new MalformedFrame("unmasked", frame, 1002);
            }
            case 3 -> {
                frame[0] = (byte) (8 + random.nextInt(3));
                return new MalformedFrame("fragmented control frame", frame, 1002);
            }
            case 4 -> {
                return new MalformedFrame("continuation of nothing", RawSocket.masked(0x80, payload), 1002);
            }
            case 5 -> {
                payload[random.nextInt(payload.length)] = (byte) 0xFF;
                return new MalformedFrame("not UTF-8", RawSocket.masked(0x81, payload), 1007);
            }
            default -> {
                byte[] header = { (byte) 0x82, (byte) 0xFF, 0, 0, 0, 0, 0x7F, 0, 0, (byte) random.nextInt(), 1, 2, 3, 4 };
                return new MalformedFrame("too long", header, 1009);
            }
        }
    }
}
