package dev.atrium.it.http;

import static dev.atrium.it.fixture.RawHttp2.DATA;
import static dev.atrium.it.fixture.RawHttp2.END_HEADERS;
import static dev.atrium.it.fixture.RawHttp2.END_STREAM;
import static dev.atrium.it.fixture.RawHttp2.HEADERS;
import static dev.atrium.it.fixture.RawHttp2.RESET;
import static dev.atrium.it.fixture.RawHttp2.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.RawHttp2;
import dev.atrium.it.fixture.Replica;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Responses that a client reads slowly, or not at all. */
class SlowReaderIT {

    private static final int WINDOW_UPDATE = 8;
    private static final int CANCEL = 8;
    private static final String PAGE = "/rooms/history/messages?limit=1000";
    private static final int PAGES = 20;
    private static final int PAGE_BYTES = 900_000;

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start(Map.of("atrium.limits.response-time", "2s"));
        assertThat(replica.post("/rooms/history", "x".repeat(PAGE_BYTES)).statusCode()).isEqualTo(201);
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    private static Socket pages() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), replica.port()));
        String last = "GET /rooms/last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write((("GET " + PAGE + " HTTP/1.1\r\nHost: a\r\n\r\n").repeat(PAGES) + last)
                .getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void pause(long millis) {
        Awaitility.await().pollDelay(Duration.ofMillis(millis)).until(() -> true);
    }

    @Test
    void a_connection_whose_client_reads_nothing_is_closed() throws IOException {
        try (Socket socket = pages()) {
            pause(4_500);
            byte[] received = socket.getInputStream().readAllBytes();
            assertThat(received.length).isLessThan(PAGES * PAGE_BYTES);
        }
    }

    @Test
    void a_client_that_reads_slowly_receives_all_responses_in_order() throws IOException {
        try (Socket socket = pages()) {
            InputStream in = socket.getInputStream();
            for (int i = 0; i < 5; i++) {
                assertThat(in.readNBytes(PAGE_BYTES * 2)).hasSize(PAGE_BYTES * 2);
                pause(600);
            }
            String rest = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(rest).contains("\"room\":\"last\"");
        }
    }

    @Test
    void pipelined_requests_are_answered_in_order_with_their_bodies() throws IOException {
        try (RawHttp client = RawHttp.connect(replica.port())) {
            client.send("POST /rooms/order HTTP/1.1\nHost: a\nContent-Type: text/plain\nContent-Length: 1\n\n1"
                    + "GET /rooms/order/messages?after=1&wait=1 HTTP/1.1\nHost: a\n\n"
                    + "POST /rooms/order HTTP/1.1\nHost: a\nContent-Type: text/plain\nTransfer-Encoding: chunked\n\n1\n2\n0\n\n"
                    + "GET /rooms/order/messages HTTP/1.1\nHost: a\n\n"
                    + "nonsense\n\n");
            assertThat(client.answer().status()).isEqualTo(201);
            assertThat(client.answer().body()).contains("\"messages\":[]");
            assertThat(client.answer().status()).isEqualTo(201);
            assertThat(client.answer().body()).contains("\"data\":\"1\"").contains("\"data\":\"2\"");
            assertThat(client.answer().status()).isEqualTo(400);
        }
    }

    /** The server may send so many bytes of a response. */
    private static RawHttp2 windowOf(int bytes) throws IOException {
        return RawHttp2.connect(replica.port()).send(SETTINGS, 0, 0,
                ByteBuffer.allocate(6).putShort((short) 4).putInt(bytes).array());
    }

    @Test
    void a_stream_of_which_nothing_is_read_is_reset_and_costs_the_others_nothing() throws IOException {
        try (RawHttp2 client = windowOf(0)) {
            client.request(1, "GET", PAGE, true).request(3, "GET", "/rooms/quiet/messages?wait=4", true);
            assertThat(client.await(RESET, 1).error()).isEqualTo(CANCEL);
            client.send(WINDOW_UPDATE, 0, 3, ByteBuffer.allocate(4).putInt(10_000).array());
            assertThat(new String(client.await(DATA, 3).payload(), StandardCharsets.UTF_8)).contains("\"messages\":[]");
        }
    }

    @Test
    void a_client_that_gives_up_a_response_keeps_its_connection() throws IOException {
        try (RawHttp2 client = windowOf(0)) {
            client.request(1, "GET", PAGE, true);
            assertThat(client.status(1)).isEqualTo(200);
            client.send(RESET, 0, 1, ByteBuffer.allocate(4).putInt(CANCEL).array());
            client.request(3, "GET", "/rooms/quiet", true);
            assertThat(client.status(3)).isEqualTo(200);
        }
    }

    @Test
    void a_stream_that_is_read_slowly_goes_on() throws IOException {
        try (RawHttp2 client = windowOf(1_000)) {
            client.request(1, "GET", PAGE, true);
            for (int i = 0; i < 5; i++) {
                assertThat(client.await(DATA, 1).payload()).hasSize(1_000);
                pause(700);
                client.send(WINDOW_UPDATE, 0, 1, ByteBuffer.allocate(4).putInt(1_000).array());
            }
        }
    }

    @Test
    void a_stream_of_events_that_nobody_reads_leaves_the_room() throws IOException {
        try (RawHttp2 client = windowOf(0)) {
            client.send(HEADERS, END_HEADERS | END_STREAM, 1,
                    RawHttp2.block("GET", "/rooms/watched", "text/event-stream"));
            Awaitility.await().until(() -> members() == 1);
            Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> members() == 0);
            assertThat(client.await(RESET, 1).error()).isEqualTo(CANCEL);
        }
    }

    private static int members() {
        return replica.given().get("/rooms/watched/members").jsonPath().getList("members").size();
    }
}
