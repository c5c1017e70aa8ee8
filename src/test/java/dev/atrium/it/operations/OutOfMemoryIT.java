package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Memory of a replica in bounds, and what happens without them. */
class OutOfMemoryIT {

    private static final String MEGABYTE = "x".repeat(1_000_000);

    /** Of text with characters of one byte; with the rest of the server they are more than the heap. */
    private static final int MORE_THAN_THE_HEAP = 200;

    /** Together they may have more than the memory, each far less than its limit. */
    private static final int STALLED = 60;

    @Test
    void histories_of_large_messages_leave_a_small_heap_alone() {
        try (Replica replica = Replica.start(Map.of("atrium.limits.bytes", "0"), "-Xmx64m")) {
            for (int i = 0; i < MORE_THAN_THE_HEAP; i++) {
                HttpResponse<String> reply = replica.post("/rooms/room" + i % 50, MEGABYTE);
                assertThat(reply.statusCode()).isEqualTo(201);
            }
            assertThat(replica.get("/rooms/room1/messages?limit=1").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void streams_that_nobody_reads_do_not_take_the_memory_of_clients_that_read() throws IOException {
        List<Socket> stalled = new ArrayList<>();
        try (Replica replica = Replica.start(Map.of("atrium.limits.bytes", "0"), "-Xmx96m");
                SessionClient reader = replica.session()) {
            reader.join("lobby");
            for (int i = 0; i < STALLED; i++) {
                stalled.add(stalledStream(replica, "room" + i));
            }
            for (int i = 1; i <= 8; i++) {
                for (int room = 0; room < STALLED; room++) {
                    assertThat(replica.post("/rooms/room" + room, MEGABYTE).statusCode()).isIn(201, 503);
                }
                SocketClient.await().until(() -> replica.post("/rooms/lobby", "x").statusCode() == 201);
                reader.pushes("message", i);
            }
            // The clients that were closed still do not read.
            SocketClient.await().untilAsserted(
                    () -> assertThat(directMemory(replica)).isLessThan(20_000_000));
            assertThat(replica.log()).contains("slowest clients are closed").doesNotContain("OutOf");
            assertThat(replica.isAlive()).isTrue();
        } finally {
            for (Socket each : stalled) {
                each.close();
            }
        }
    }

    @Test
    void a_stream_that_ends_does_not_wait_for_ever_for_a_client_that_does_not_read() throws IOException {
        try (Replica replica = Replica.start(); Socket stalled = stalledStream(replica, "lobby")) {
            SocketClient.await().until(() -> !members(replica).isEmpty());
            // More than the kernel takes.
            for (int i = 0; i < 6; i++) {
                replica.post("/rooms/lobby", MEGABYTE);
            }
            SocketClient.await().untilAsserted(() -> assertThat(directMemory(replica)).isGreaterThan(2_000_000));
            assertThat(replica.request("DELETE", "/sessions/" + members(replica).get(0)).statusCode()).isEqualTo(204);
            Awaitility.await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(directMemory(replica)).isLessThan(1_500_000));
            assertThat(isEnded(stalled)).as("what the kernel had taken arrives, and then nothing").isTrue();
        }
    }

    /** Reads what has arrived, and returns whether the server has closed the connection. */
    private static boolean isEnded(Socket socket) throws IOException {
        socket.setSoTimeout(5_000);
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    private static List<String> members(Replica replica) {
        return replica.given().get("/rooms/lobby/members").jsonPath().getList("members.id");
    }

    private static double directMemory(Replica replica) {
        return replica.metric("jvm_buffer_memory_used_bytes{id=\"direct\"}");
    }

    private static Socket stalledStream(Replica replica, String room) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), replica.port()));
        String request = "GET /rooms/" + room + " HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void joins_and_connections_are_refused_before_they_take_the_heap_and_accepted_when_it_is_free_again() throws IOException {
        List<RawSocket> greedy = new ArrayList<>();
        try (Replica replica = Replica.start(Map.of("atrium.limits.new-rooms", "0"), "-Xmx64m", "-XX:+UseSerialGC");
                SessionClient reader = replica.session()) {
            reader.join("lobby");
            RawSocket late = RawSocket.connect(replica.port(), "/ws");
            for (int i = 0; i < 400 && late.status() == 101; i++) {
                greedy.add(late);
                joinRooms(late);
                late = RawSocket.connect(replica.port(), "/ws");
            }
            greedy.add(late);
            // Near the limit a collection may find that there is room again, for a moment.
            AtomicInteger attempts = new AtomicInteger();
            SocketClient.await().until(() -> reader.join("other" + attempts.incrementAndGet()).path("code").asInt() == 503);
            assertThat(late.status()).isEqualTo(503);
            assertThat(late.body()).contains("too little memory");
            SocketClient.await().until(() -> replica.get("/socket.io/?EIO=4&transport=polling").statusCode() == 503);
            assertThat(replica.post("/rooms/lobby", "x").statusCode()).isEqualTo(201);
            reader.pushes("message", 1);
            closeAll(greedy);
            Awaitility.await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofSeconds(1))
                    .until(() -> reader.join("another").path("code").asInt() == 200);
            assertThat(replica.log()).doesNotContain("OutOf").doesNotContain("ERROR");
        } finally {
            closeAll(greedy);
        }
    }

    /** As many as a session may be in; the replies are not read. */
    private static void joinRooms(RawSocket client) throws IOException {
        ByteArrayOutputStream joins = new ByteArrayOutputStream();
        for (int i = 1; i <= 1_000; i++) {
            joins.writeBytes(RawSocket.masked(0x81, "{\"seq\":%d,\"cmd\":\"join\",\"params\":{\"room\":\"room%d\"}}"
                    .formatted(i, i).getBytes(StandardCharsets.US_ASCII)));
        }
        client.write(joins.toByteArray());
    }

    private static void closeAll(List<RawSocket> sockets) throws IOException {
        for (RawSocket each : sockets) {
            each.close();
        }
    }

    @Test
    void a_process_that_runs_out_of_memory_ends() {
        try (Replica replica = Replica.start(Map.of("atrium.limits.bytes", "0", "atrium.history.bytes", "1G",
                "atrium.history.heap-percent", "90"), "-Xmx64m")) {
            int posts = 0;
            while (replica.isAlive() && posts++ < MORE_THAN_THE_HEAP) {
                post(replica);
            }
            assertThat(replica.exitCode()).isEqualTo(3);
        }
    }

    private static void post(Replica replica) {
        try {
            replica.post("/rooms/lobby", MEGABYTE);
        } catch (RuntimeException e) {
            // It has ended meanwhile.
        }
    }
}
