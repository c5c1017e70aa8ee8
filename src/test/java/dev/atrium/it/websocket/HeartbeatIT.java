package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.HostileProxy;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Heartbeats with short settings: an interval of 300 ms and a timeout of 200 ms. */
@Tag("in-pairs")
class HeartbeatIT {

    private static final int INTERVAL = 300;
    private static final int TIMEOUT = 200;

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica
                .start(Map.of("atrium.heartbeat.interval", INTERVAL + "ms", "atrium.heartbeat.timeout", TIMEOUT + "ms"));
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @Test
    void a_client_that_never_answers_is_closed_with_4408_when_interval_and_timeout_are_over() throws Exception {
        double before = timeouts();
        try (RawSocket socket = RawSocket.connect(replica.port(), "/rooms/silent")) {
            long start = System.nanoTime();
            int pings = 0;
            RawSocket.Frame frame = socket.readAny();
            while (frame != null && frame.opcode() == 9) {
                pings++;
                frame = socket.readAny();
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertThat(frame).isNotNull();
            assertThat(frame.closeCode()).isEqualTo(4408);
            assertThat(new String(frame.payload(), 2, frame.payload().length - 2, StandardCharsets.UTF_8))
                    .isEqualTo("heartbeat timeout");
            assertThat(pings).isPositive();
            // A busy machine may delay the close; a close before the timeout is always wrong.
            assertThat(millis).isBetween((long) INTERVAL + TIMEOUT - 50, (long) INTERVAL + TIMEOUT + 300);
        }
        SocketClient.await().until(() -> timeouts() == before + 1);
    }

    @Test
    void a_session_is_sent_a_goodbye_before_the_close() throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/ws")) {
            List<String> texts = new ArrayList<>();
            RawSocket.Frame frame = socket.readAny();
            while (frame.opcode() != 8) {
                if (frame.opcode() == 1) {
                    texts.add(frame.text());
                }
                frame = socket.readAny();
            }
            assertThat(frame.closeCode()).isEqualTo(4408);
            assertThat(texts.get(texts.size() - 1)).contains("\"@goodbye\"").contains("heartbeat timeout")
                    .contains("\"after\":");
        }
    }

    @Test
    void a_client_that_answers_pings_stays() {
        try (SocketClient client = replica.plain("/rooms/answering")) {
            // The JDK's client answers pings by itself.
            SocketClient.await().pollDelay(Duration.ofMillis(4L * (INTERVAL + TIMEOUT))).until(client::isOpen);
        }
    }

    @Test
    void any_frame_counts_as_life() throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/rooms/talking")) {
            socket.readTimeout(Duration.ofMillis(100));
            long end = System.nanoTime() + Duration.ofMillis(3L * (INTERVAL + TIMEOUT)).toNanos();
            while (System.nanoTime() < end) {
                socket.frame(0x8A);
                assertThat(readOrNothing(socket)).isNotEqualTo(8);
            }
        }
    }

    @Test
    void part_of_a_frame_counts_as_life() throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo")) {
            socket.readTimeout(Duration.ofMillis(100));
            byte[] frame = RawSocket.masked(0x82, new byte[20]);
            for (byte b : frame) {
                socket.write(b);
                int opcode = readOrNothing(socket);
                assertThat(opcode).isNotEqualTo(8);
                if (opcode == 2) {
                    return;
                }
            }
            socket.readTimeout(Duration.ofSeconds(2));
            assertThat(socket.read().payload()).hasSize(20);
        }
    }

    @Test
    void a_dead_peer_is_found_though_no_fin_ever_arrives() throws Exception {
        try (HostileProxy proxy = new HostileProxy(replica.port())) {
            SocketClient lost = SocketClient.connect(URI.create("ws://127.0.0.1:" + proxy.port() + "/rooms/cable"));
            try (SessionClient witness = replica.session()) {
                witness.call("join", "{\"room\":\"cable\",\"presence\":true}");
                SocketClient.await()
                        .until(() -> witness.call("members", "{\"room\":\"cable\"}").at("/body/members").size() == 2);
                proxy.swallow();
                long start = System.nanoTime();
                witness.pushes("@left", 1);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(INTERVAL + TIMEOUT + 500));
                assertThat(witness.call("members", "{\"room\":\"cable\"}").at("/body/members")).hasSize(1);
            } finally {
                lost.close();
            }
        }
    }

    @Test
    void first_pings_are_spread_over_the_interval() throws Exception {
        List<RawSocket> sockets = new ArrayList<>();
        try {
            List<Long> waits = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                long start = System.nanoTime();
                RawSocket socket = RawSocket.connect(replica.port(), "/rooms/spread");
                sockets.add(socket);
                assertThat(socket.readAny().opcode()).isEqualTo(9);
                waits.add((System.nanoTime() - start) / 1_000_000);
            }
            assertThat(waits).allMatch(wait -> wait <= INTERVAL + 300);
            assertThat(waits).anyMatch(wait -> wait < INTERVAL / 3).anyMatch(wait -> wait > INTERVAL * 2 / 3);
        } finally {
            for (RawSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private static int readOrNothing(RawSocket socket) throws Exception {
        try {
            RawSocket.Frame frame = socket.readAny();
            return frame == null ? 8 : frame.opcode();
        } catch (SocketTimeoutException e) {
            return 0;
        }
    }

    private static double timeouts() {
        return replica.metric("atrium_heartbeat_timeouts_total{transport=\"plain\"}");
    }
}
