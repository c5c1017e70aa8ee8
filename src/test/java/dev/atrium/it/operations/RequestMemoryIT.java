package dev.atrium.it.operations;

import static dev.atrium.it.fixture.RawHttp2.DATA;
import static dev.atrium.it.fixture.RawHttp2.END_HEADERS;
import static dev.atrium.it.fixture.RawHttp2.END_STREAM;
import static dev.atrium.it.fixture.RawHttp2.HEADERS;
import static dev.atrium.it.fixture.RawHttp2.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.RawHttp2;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests and messages that never arrive whole, and responses that nobody reads: each is within its own limit, and together
 * they are more than the heap.
 */
class RequestMemoryIT {

    private static final int HEAP_MEGABYTES = 96;
    private static final int MORE_THAN_THE_HEAP = 110;
    private static final byte[] MOST_OF_A_MEGABYTE = new byte[990_000];
    private static final String SEND = "{\"seq\":1,\"cmd\":\"send\",\"params\":{\"room\":\"a\",\"data\":\"%s\"}}"
            .formatted("x".repeat(900_000));
    /** Setting of HTTP/2 with which the server may send nothing of a response's body. */
    private static final byte[] NO_WINDOW = { 0, 4, 0, 0, 0, 0 };
    private static final String PAGE = "/rooms/history/messages?limit=1000";

    private static Replica replica;

    private final List<Closeable> open = new ArrayList<>();

    @BeforeAll
    static void start() {
        Arrays.fill(MOST_OF_A_MEGABYTE, (byte) 'x');
        replica = Replica.start(Map.of("atrium.event-loop.unready-after", "1m", "atrium.event-loop.dead-after", "1m"),
                "-Xmx" + HEAP_MEGABYTES + "m");
        assertThat(replica.post("/rooms/history", "x".repeat(900_000)).statusCode()).isEqualTo(201);
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @AfterEach
    void closeAll() throws IOException {
        for (Closeable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "POST", "POST in chunks", "POST of Engine.IO", "a frame", "fragments", "a frame of Engine.IO",
            "attachments of Socket.IO", "text of Socket.IO without its attachment" })
    void what_never_arrives_whole_costs_other_clients_nothing(String what) throws IOException {
        for (int i = 0; i < MORE_THAN_THE_HEAP; i++) {
            begin(what);
            if (i % 50 == 0) {
                serveOthers();
            }
        }
        assertOthersAreServed();
    }

    private void begin(String what) throws IOException {
        String length = "Content-Length: 1000000\n\n";
        switch (what) {
            case "POST" -> post("/rooms/lobby", length, MOST_OF_A_MEGABYTE);
            case "POST in chunks" -> post("/rooms/lobby", "Transfer-Encoding: chunked\n\nf4240\n", MOST_OF_A_MEGABYTE);
            case "POST of Engine.IO" -> {
                String handshake = replica.get("/socket.io/?EIO=4&transport=polling").body();
                String sid = handshake.split("\"sid\":\"")[1].split("\"")[0];
                post("/socket.io/?EIO=4&transport=polling&sid=" + sid, length, MOST_OF_A_MEGABYTE);
            }
            case "a frame" -> send(socket("/ws"), 0x81, 1_000_000);
            case "fragments" -> send(socket("/rooms/lobby"), 0x01, MOST_OF_A_MEGABYTE.length);
            case "a frame of Engine.IO" -> send(socket("/socket.io/?EIO=4&transport=websocket"), 0x81, 1_000_000);
            case "attachments of Socket.IO" -> {
                RawSocket socket = socket("/socket.io/?EIO=4&transport=websocket");
                socket.text("40");
                socket.text("452-[\"photo\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
                socket.write(RawSocket.masked(0x82, MOST_OF_A_MEGABYTE));
            }
            case "text of Socket.IO without its attachment" -> socket("/socket.io/?EIO=4&transport=websocket")
                    .text("451-[\"x\",\"" + "x".repeat(MOST_OF_A_MEGABYTE.length) + "\",{\"_placeholder\":true,\"num\":0}]");
            default -> throw new IllegalArgumentException(what);
        }
    }

    /** Each byte in a fragment of its own takes a hundred times its size. */
    @Test
    void fragments_of_a_byte_cost_other_clients_nothing() throws IOException {
        ByteArrayOutputStream fragments = new ByteArrayOutputStream();
        for (int i = 0; i < 1_020; i++) {
            fragments.writeBytes(RawSocket.masked(i == 0 ? 0x01 : 0x00, (byte) 'x'));
        }
        List<RawSocket> clients = new ArrayList<>();
        for (int i = 0; i < 6 * MORE_THAN_THE_HEAP; i++) {
            clients.add(socket("/rooms/lobby"));
        }
        for (RawSocket client : clients) {
            try {
                client.write(fragments.toByteArray());
            } catch (IOException e) {
                // The oldest ones make room.
            }
        }
        assertOthersAreServed();
    }

    /** The body of a GET, each byte in a chunk or a frame of its own, while the response lasts. */
    @ParameterizedTest
    @CsvSource({ "HTTP/1.1, /rooms/lobby, text/event-stream", "HTTP/2, /rooms/lobby, text/event-stream",
            "HTTP/1.1, /rooms/lobby/messages?wait=50, application/json",
            "HTTP/2, /rooms/lobby/messages?wait=50, application/json",
            "HTTP/2, /socket.io/?EIO=4&transport=polling, */*", "HTTP/2, /socket.io/socket.io.js, */*" })
    void bodies_that_nobody_needs_cost_other_clients_nothing(String version, String path, String accept) throws IOException {
        for (int i = 0; i < 2 * MORE_THAN_THE_HEAP; i++) {
            String target = path;
            if (path.startsWith("/socket.io/?")) {
                target += "&sid=" + replica.get(path).body().split("\"sid\":\"")[1].split("\"")[0];
            }
            if (version.equals("HTTP/2")) {
                RawHttp2 client = RawHttp2.connect(replica.port()).send(SETTINGS, 0, 0, NO_WINDOW);
                open.add(client);
                client.send(HEADERS, END_HEADERS, 1, RawHttp2.block("GET", target, accept));
                client.write(repeated(RawHttp2.frame(DATA, 0, 1, (byte) 'x'), 60_000));
                // Each takes ten times as much.
                i += 14;
            } else {
                RawHttp client = RawHttp.connect(replica.port());
                open.add(client);
                // Something larger first, so that the server reads much at once.
                client.send("POST /rooms/large?volatile HTTP/1.1\nHost: a\nContent-Length: 200000\n\n" + "x".repeat(200_000));
                client.answer();
                client.send("GET " + target + " HTTP/1.1\nHost: a\nAccept: " + accept + "\nTransfer-Encoding: chunked\n\n"
                        + "1\nx\n".repeat(10_000));
            }
        }
        assertOthersAreServed();
    }

    /** Vert.x hands on the rest of a request that upgrades to HTTP/2 without any window. */
    @Test
    void a_body_without_end_behind_an_upgrade_costs_other_clients_nothing() throws IOException {
        RawHttp client = RawHttp.connect(replica.port());
        open.add(client);
        client.send("GET /rooms/lobby HTTP/1.1\nHost: a\nAccept: text/event-stream\nConnection: Upgrade, HTTP2-Settings\n"
                + "Upgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAAP__\nTransfer-Encoding: chunked\n\n");
        String chunk = "f1b30\n" + "x".repeat(990_000) + "\n";
        assertThatThrownBy(() -> {
            for (int i = 0; i < MORE_THAN_THE_HEAP; i++) {
                client.send(chunk);
            }
        }).isInstanceOf(IOException.class);
        assertOthersAreServed();
    }

    @Test
    void what_a_client_of_socketio_does_not_poll_costs_other_clients_nothing() {
        String namespace = "40/" + "a ".repeat(490_000) + ",";
        for (int i = 0; i < MORE_THAN_THE_HEAP; i++) {
            String path = polling();
            replica.post(path, namespace);
            assertThat(replica.post(path, namespace).statusCode()).as("a refusal would repeat it").isEqualTo(400);
        }
        for (int i = 0; i < 10; i++) {
            String path = polling();
            assertThat(replica.post(path, "40").body()).isEqualTo("ok");
            for (int post = 0; post < 4; post++) {
                replica.post(path, String.join("\u001e", Collections.nCopies(1_000, "421[\"join\"]")));
            }
        }
        assertOthersAreServed();
    }

    private static String polling() {
        String path = "/socket.io/?EIO=4&transport=polling";
        return path + "&sid=" + replica.get(path).body().split("\"sid\":\"")[1].split("\"")[0];
    }

    private static byte[] repeated(byte[] frame, int times) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            frames.writeBytes(frame);
        }
        return frames.toByteArray();
    }

    /** Shown to clients of other protocols, each place would be a copy of its own. */
    @Test
    void a_buffer_that_stands_in_a_thousand_places_costs_other_clients_nothing() throws IOException {
        try (SocketClient plain = replica.plain("/rooms/lobby")) {
            RawSocket socket = socket("/socket.io/?EIO=4&transport=websocket");
            socket.text("40");
            String places = "{\"_placeholder\":true,\"num\":0},".repeat(1_000);
            socket.text("451-7[\"send\",\"lobby\",\"x\",[" + places + "1]]");
            socket.write(RawSocket.masked(0x82, MOST_OF_A_MEGABYTE));
            String last = socket.read().text();
            while (last.startsWith("0{") || last.startsWith("40{")) {
                last = socket.read().text();
            }
            assertThat(last).startsWith("437[{\"code\":400,");
            assertThat(plain.isOpen()).isTrue();
        }
        assertOthersAreServed();
    }

    private void post(String path, String headers, byte[] body) throws IOException {
        RawHttp client = RawHttp.connect(replica.port());
        open.add(client);
        client.send("POST " + path + " HTTP/1.1\nHost: a\nContent-Type: text/plain\n" + headers).send(body);
    }

    private RawSocket socket(String path) throws IOException {
        RawSocket socket = RawSocket.connect(replica.port(), path);
        open.add(socket);
        return socket;
    }

    private static void send(RawSocket socket, int first, int length) throws IOException {
        byte[] frame = RawSocket.masked(first, new byte[length]);
        socket.write(Arrays.copyOf(frame, Math.min(frame.length, MOST_OF_A_MEGABYTE.length + 14)));
    }

    @ParameterizedTest
    @ValueSource(strings = { "HTTP/1.1", "HTTP/2" })
    void headers_that_never_arrive_whole_cost_other_clients_nothing(String version) throws IOException {
        String large = "a".repeat(15_000);
        for (int i = 0; i < 5_000; i++) {
            if (version.equals("HTTP/2")) {
                // The header of a frame, and most of its payload.
                byte[] frame = RawHttp2.frame(HEADERS, END_HEADERS, 1, large.getBytes(StandardCharsets.US_ASCII));
                RawHttp2 client = RawHttp2.connect(replica.port());
                open.add(client);
                client.write(Arrays.copyOf(frame, large.length()));
            } else {
                RawHttp client = RawHttp.connect(replica.port());
                open.add(client);
                client.send("GET /rooms/a HTTP/1.1\nHost: a\nX-Large: " + large);
            }
        }
        assertOthersAreServed();
    }

    /** A small body that does not arrive keeps the headers of its request, which are large. */
    @ParameterizedTest
    @ValueSource(strings = { "HTTP/1.1", "HTTP/2" })
    void headers_whose_bodies_never_arrive_cost_other_clients_nothing(String version) throws IOException {
        StringBuilder lines = new StringBuilder();
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(RawHttp2.block("POST", "/rooms/lobby", "*/*"));
        for (int i = 0; i < 150; i++) {
            String value = "a".repeat(60);
            lines.append("X-").append(i).append(": ").append(value).append('\n');
            RawHttp2.field(block, "x-" + i, value);
        }
        for (int i = 0; i < 15; i++) {
            RawHttp2 client = version.equals("HTTP/2") ? RawHttp2.connect(replica.port()) : null;
            for (int request = 0; request < 100; request++) {
                if (client != null) {
                    client.send(HEADERS, END_HEADERS, 2 * request + 1, block.toByteArray());
                } else {
                    RawHttp connection = RawHttp.connect(replica.port());
                    open.add(connection);
                    connection.send("POST /rooms/lobby HTTP/1.1\nHost: a\nContent-Length: 10\n" + lines + "\nx");
                }
            }
            if (client != null) {
                open.add(client);
            }
        }
        assertOthersAreServed();
    }

    @ParameterizedTest
    @ValueSource(strings = { "pipelined", "of many connections", "of HTTP/2" })
    void responses_that_nobody_reads_cost_other_clients_nothing(String what) throws IOException {
        switch (what) {
            case "pipelined" -> unread(("GET " + PAGE + " HTTP/1.1\r\nHost: a\r\n\r\n").repeat(MORE_THAN_THE_HEAP));
            case "of many connections" -> {
                for (int i = 0; i < 2 * MORE_THAN_THE_HEAP; i++) {
                    unread("GET " + PAGE + " HTTP/1.1\r\nHost: a\r\n\r\n");
                }
            }
            default -> {
                for (int i = 0; i < 4; i++) {
                    open.add(unreadStreams());
                }
            }
        }
        assertOthersAreServed();
    }

    private void unread(String requests) throws IOException {
        Socket socket = new Socket();
        open.add(socket);
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), replica.port()));
        socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
    }

    /** Requests a hundred pages, and lets the server send nothing of them. */
    private static RawHttp2 unreadStreams() throws IOException {
        RawHttp2 client = RawHttp2.connect(replica.port()).send(SETTINGS, 0, 0, NO_WINDOW);
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (int stream = 1; stream < 200; stream += 2) {
            requests.writeBytes(RawHttp2.frame(HEADERS, END_HEADERS | END_STREAM, stream,
                    RawHttp2.block("GET", PAGE, "application/json")));
        }
        return client.write(requests.toByteArray());
    }

    @Test
    void replies_that_nobody_reads_cost_other_clients_nothing() throws IOException {
        for (int i = 0; i < 2 * MORE_THAN_THE_HEAP; i++) {
            RawSocket client = socket("/ws");
            for (int seq = 1; seq <= 20; seq++) {
                client.text("{\"seq\":" + seq + ",\"cmd\":\"history\",\"params\":{\"room\":\"history\",\"limit\":1000}}");
            }
        }
        SocketClient.await().until(() -> replica.post("/rooms/lobby", "x").statusCode() == 201);
        assertOthersAreServed();
    }

    /** As after a pause of the process: what many clients have sent meanwhile arrives in one turn of the event loops. */
    @ParameterizedTest
    @ValueSource(strings = { "messages", "posts", "payloads" })
    void what_arrives_all_at_once_costs_other_clients_nothing(String what) throws Exception {
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 2 * MORE_THAN_THE_HEAP; i++) {
            Socket client = new Socket(InetAddress.getLoopbackAddress(), replica.port());
            open.add(client);
            writers.add(new Thread(() -> writeQuietly(client, whole(what))));
            if (what.equals("messages")) {
                client.getOutputStream().write(("GET /ws HTTP/1.1\r\n" + RawSocket.HANDSHAKE + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().readNBytes(12)).asString(StandardCharsets.US_ASCII).endsWith("101");
            }
        }
        replica.signal("STOP");
        writers.forEach(Thread::start);
        // The kernel takes a part of each; the rest follows as soon as something is read.
        Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        replica.signal("CONT");
        for (Thread writer : writers) {
            writer.join(Duration.ofSeconds(10).toMillis());
        }
        SocketClient.await().until(() -> replica.post("/rooms/lobby", "x").statusCode() == 201);
        assertOthersAreServed();
        closeAll();
        awaitHandshakes();
    }

    /** While live data takes most of the heap nobody can connect, until a look at it a second or two later. */
    private static void awaitHandshakes() {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(RequestMemoryIT::acceptsHandshakes);
    }

    private static boolean acceptsHandshakes() throws IOException {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/ws")) {
            return socket.status() == 101;
        }
    }

    private static byte[] whole(String what) {
        if (what.equals("messages")) {
            return RawSocket.masked(0x81, SEND.getBytes(StandardCharsets.US_ASCII));
        }
        String path = what.equals("posts") ? "/rooms/once" : "/socket.io/?EIO=4&transport=polling&sid=none";
        return ("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 990000\r\n\r\n"
                + "x".repeat(990_000)).getBytes(StandardCharsets.US_ASCII);
    }

    private static void writeQuietly(Socket client, byte[] bytes) {
        try {
            client.getOutputStream().write(bytes);
        } catch (IOException e) {
            // Its connection was ended.
        }
    }

    @Test
    void large_messages_that_redis_does_not_answer_leave_the_memory_alone() throws IOException {
        try (RedisProcess redis = RedisProcess.start();
                Replica small = Replica.start(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url()),
                        "-Xmx" + HEAP_MEGABYTES + "m")) {
            List<RawSocket> clients = new ArrayList<>();
            for (int i = 0; i < MORE_THAN_THE_HEAP; i++) {
                clients.add(RawSocket.connect(small.port(), "/ws"));
                open.add(clients.get(i));
            }
            redis.freeze();
            byte[] frame = RawSocket.masked(0x81, SEND.getBytes(StandardCharsets.US_ASCII));
            for (RawSocket client : clients) {
                client.write(frame);
            }
            for (RawSocket client : clients) {
                // The other one if too many arrive at once.
                assertThat(reply(client)).containsAnyOf("\"code\":503", "try again later");
            }
            redis.thaw();
            SocketClient.await().until(() -> small.post("/rooms/a", "x").statusCode() == 201);
            assertThat(small.log()).doesNotContain("OutOfMemory").doesNotContain("ERROR");
        }
    }

    private static String reply(RawSocket client) throws IOException {
        client.readTimeout(Duration.ofSeconds(20));
        RawSocket.Frame frame = client.read();
        while (frame != null && frame.text().contains("@welcome")) {
            frame = client.read();
        }
        return frame == null ? "closed" : frame.text();
    }

    private static void assertOthersAreServed() {
        serveOthers();
        assertThat(replica.heapAfterCollection()).isLessThan(HEAP_MEGABYTES * 0.75e6);
        assertThat(replica.log()).doesNotContain("OutOfMemory").doesNotContain("ERROR");
        assertThat(replica.isAlive()).isTrue();
    }

    private static void serveOthers() {
        awaitHandshakes();
        try (SessionClient reader = replica.session()) {
            reader.join("lobby");
            for (int i = 0; i < 20; i++) {
                assertThat(replica.post("/rooms/lobby", "x").statusCode()).isEqualTo(201);
                reader.pushes("message", i + 1);
            }
        }
        SocketClient.await().until(() -> replica.get(PAGE).statusCode() == 200);
    }
}
