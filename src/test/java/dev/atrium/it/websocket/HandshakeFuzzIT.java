package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.Tokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Malformed handshakes, headers, queries and bodies of polls from a seed: each is answered with a client error or not at all,
 * leaves nothing in memory, and no token from them appears in a log. {@code fuzz.inputs} is the number of inputs; {@code ./mvnw
 * -Pfuzz verify} runs 100,000.
 */
class HandshakeFuzzIT {

    private static final long SEED = 20261121;
    private static final int INPUTS = Integer.getInteger("fuzz.inputs", 5_000);

    /** Part of everything that looks like a token or a key. */
    private static final String MARK = "s3cr3tM4rk";

    private static final List<String> PATHS = List.of("/ws", "/echo", "/rooms/lobby", "/rooms/lobby/messages",
            "/rooms/lobby/members",
            "/rooms", "/sessions/~aaaaaaaaaaaaaaaaaaaa", "/users/ann/sessions", "/socket.io/", "/rooms/%E0%A4%A",
            "/rooms/" + "x".repeat(300),
            "/rooms/~aaaaaaaaaaaaaaaaaaaa", "//rooms/lobby", "/rooms/lobby/", "/socket.io/?EIO=4&transport=polling",
            "/nothing");

    private static final List<String> HEADERS = List.of("Authorization", "X-API-Key", "Cookie", "Origin", "X-Forwarded-For",
            "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Accept", "Content-Type", "Last-Event-ID", "Idempotency-Key",
            "Sec-WebSocket-Version", "Sec-WebSocket-Key", "Forwarded", "Upgrade", "Access-Control-Request-Method");

    private static final List<String> SECRET_HEADERS = List.of("Authorization", "X-API-Key", "Cookie",
            "Sec-WebSocket-Protocol");

    private static final List<String> PARAMETERS = List.of("access_token", "ns", "after", "before", "limit", "wait", "event",
            "as",
            "echo", "sid", "EIO", "transport", "cursor", "by", "prefix");

    @Test
    void random_handshakes_are_answered_and_neither_leak_memory_nor_are_logged() throws Exception {
        Map<String, String> settings = new HashMap<>(Tokens.required(Map.of(
                "atrium.origins", "https://app.example.com",
                "atrium.auth.cookie", "session",
                "atrium.trusted-proxies", "127.0.0.0/8",
                "atrium.api-keys.billing.key", "the key of the billing backend",
                "atrium.api-keys.billing.rooms", "*:publish",
                "atrium.limits.handshakes", "0",
                "atrium.auth.timeout", "200ms",
                "quarkus.http.access-log.enabled", "true",
                // Netty's direct memory is then part of the measured buffer memory.
                "io.netty.maxDirectMemory", "0")));
        // Connections that stay silent after their start are closed soon.
        settings.putAll(Map.of("atrium.heartbeat.interval", "500ms", "atrium.heartbeat.timeout", "500ms",
                "atrium.socketio.connect-timeout", "500ms"));
        try (Replica replica = Replica.start(settings)) {
            Random random = new Random(SEED);
            double heap = 0;
            double direct = 0;
            int answers = 0;
            for (int i = 0; i < INPUTS; i++) {
                if (i == INPUTS / 2) {
                    heap = replica.heapAfterCollection();
                    direct = direct(replica);
                }
                byte[] input = input(random);
                int status = exchange(replica.port(), input);
                assertThat(status).as(new String(input, StandardCharsets.ISO_8859_1)).isNotEqualTo(500).isLessThan(504);
                answers += status > 0 ? 1 : 0;
            }
            assertThat(answers).as("answered of %d", INPUTS).isGreaterThan(INPUTS * 9 / 10);
            assertThat(replica.heapAfterCollection()).isLessThan(heap * 1.1 + 2e6);
            assertThat(direct(replica)).isLessThan(direct * 1.1 + 2e6);
            assertThat(replica.log()).doesNotContain(MARK).doesNotContain("ERROR").doesNotContain("\tat ");
        }
    }

    private static double direct(Replica replica) {
        return replica.metric("jvm_buffer_memory_used_bytes{id=\"direct\"}");
    }

    /** Returns the status of the response; 0 if the connection is closed without one. */
    private static int exchange(int port, byte[] input) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(input);
            byte[] line = firstLine(socket.getInputStream());
            return line.length < 12 ? 0 : Integer.parseInt(new String(line, 9, 3, StandardCharsets.US_ASCII));
        } catch (SocketException closed) {
            return 0;
        }
    }

    private static byte[] firstLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toByteArray();
    }

    private static byte[] input(Random random) {
        StringBuilder request = new StringBuilder();
        String method = pick(random, List.of("GET", "GET", "GET", "POST", "DELETE", "OPTIONS", "PUT", "HEAD"));
        String path = pick(random, PATHS);
        request.append(method).append(' ').append(path);
        for (int i = random.nextInt(4); i > 0; i--) {
            request.append(request.indexOf("?") < 0 ? '?' : '&').append(parameter(random));
        }
        request.append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        boolean upgrade = random.nextInt(3) == 0;
        if (upgrade) {
            request.append(
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            String header = pick(random, HEADERS);
            // Logs are redacted only where tokens are expected.
            String value = SECRET_HEADERS.contains(header) ? inHeader(random) : inHeader(random).replace(MARK, "mark");
            request.append(header).append(": ").append(value).append("\r\n");
        }
        byte[] body = method.equals("POST") ? noise(random, random.nextInt(300)) : new byte[0];
        request.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(request.toString().getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    private static String parameter(Random random) {
        String name = pick(random, PARAMETERS);
        return name + "=" + (name.equals("access_token") ? inQuery(random) : inQuery(random).replace(MARK, "mark"));
    }

    private static String inQuery(Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> MARK + letters(random);
            case 1 -> "%" + letters(random);
            case 2 -> "%FF%FE" + MARK;
            case 3 -> Integer.toString(random.nextInt());
            case 4 -> "e:" + random.nextLong();
            case 5 -> MARK + "." + letters(random) + "." + letters(random);
            default -> "";
        };
    }

    private static String inHeader(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> "Bearer " + MARK + letters(random);
            case 1 -> "Bearer " + Tokens.unsigned();
            case 2 -> "session=" + MARK + "; " + letters(random) + "=" + letters(random);
            case 3 -> "quarkus-http-upgrade%23Authorization%23Bearer%20" + MARK + ", atrium.v1," + letters(random);
            case 4 -> "https://" + letters(random) + ".example";
            case 5 -> random.nextInt(400) + ".1.1.1, ::" + letters(random) + ", 127.0.0.1";
            case 6 ->
                new String(noise(random, random.nextInt(60)), StandardCharsets.ISO_8859_1).replaceAll("[\\x00-\\x1f]", "");
            case 7 -> "text/event-stream;q=" + letters(random);
            case 8 -> "Bearer " + MARK.repeat(200);
            default -> "permessage-deflate; " + letters(random) + "=" + random.nextInt();
        };
    }

    private static byte[] noise(Random random, int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private static String letters(Random random) {
        StringBuilder letters = new StringBuilder();
        for (int i = random.nextInt(12) + 1; i > 0; i--) {
            letters.append((char) ('a' + random.nextInt(26)));
        }
        return letters.toString();
    }

    private static <T> T pick(Random random, List<T> some) {
        return some.get(random.nextInt(some.size()));
    }
}
