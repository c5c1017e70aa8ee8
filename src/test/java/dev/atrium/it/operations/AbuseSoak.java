package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * Clients within all default limits that try to take the memory, the time and the connections of a small replica, all at once
 * and for two minutes. Another client hardly notices, and the memory comes back.
 */
class AbuseSoak {

    private static final Logger LOG = Logger.getLogger(AbuseSoak.class);

    private static final int SECONDS = Integer.getInteger("soak.seconds", 120);
    private static final int MESSAGES = 300;
    /**
     * Maximum p99. The goal is twice that of quiet times, under a millisecond; the five abusers share the processors with their
     * victim and the server here.
     */
    private static final double MOST_MILLIS = 100;
    private static final double MOST_HEAP = 1.1;
    private static final String MEGABYTE = "x".repeat(1_000_000);

    @Test
    void abuse_by_some_clients_costs_another_one_little_and_leaves_nothing() throws Exception {
        try (Replica replica = Replica
                .start(Map.of("atrium.limits.messages", "", "atrium.limits.bytes", "", "atrium.history.age",
                        "10s", "atrium.room.ttl", "10s"), "-Xmx256m");
                RawSocket witness = RawSocket.connect(replica.port(), "/rooms/calm");
                Disturbance large = new LargeMessages(replica);
                Disturbance many = new ManyRooms(replica);
                Sockets stalled = new StalledStreams(replica);
                Sockets slow = new SlowRequests(replica);
                Disturbance frames = new LargeFrames(replica)) {
            List<Disturbance> abuse = List.of(large, many, stalled, slow, frames);
            RoundTrips.p99(witness, 2_000);
            double heapBefore = replica.heapAfterCollection();
            List<Double> quiet = new ArrayList<>();
            List<Double> noisy = new ArrayList<>();
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            do {
                abuse.forEach(Disturbance::rest);
                quiet.add(RoundTrips.p99(witness, MESSAGES));
                abuse.forEach(Disturbance::begin);
                for (int i = 0; i < 5; i++) {
                    noisy.add(RoundTrips.p99(witness, MESSAGES));
                }
            } while (System.nanoTime() < end);
            abuse.forEach(Disturbance::close);
            stalled.closeAll();
            slow.closeAll();
            String figures = String.format("p99 %.2f ms quiet, %.2f ms meanwhile (medians); heap %.1f MB before",
                    RoundTrips.median(quiet),
                    RoundTrips.median(noisy), heapBefore / 1e6);
            LOG.info(figures);
            Awaitility.await(figures).atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
                replica.post("/rooms/calm", "a use, by which unused rooms are removed");
                assertThat(replica.heapAfterCollection()).isLessThan(MOST_HEAP * heapBefore);
            });
            assertThat(RoundTrips.median(noisy)).as(figures).isLessThan(MOST_MILLIS);
            assertThat(replica.management("/q/health/ready").statusCode()).isEqualTo(200);
            assertThat(replica.log()).doesNotContain("OutOfMemory").doesNotContain(" ERROR ");
        }
    }

    /** Publishes in fifty rooms, as fast as it is answered. */
    private static final class LargeMessages extends Disturbance {

        private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final Replica replica;
        private int next;

        LargeMessages(Replica replica) {
            this.replica = replica;
            start();
        }

        @Override
        void rage() {
            post(http, replica.http("/rooms/large" + next++ % 50), MEGABYTE);
        }
    }

    /** Publishes each message in a room of its own. */
    private static final class ManyRooms extends Disturbance {

        private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final AtomicLong rooms = new AtomicLong();
        private final Replica replica;

        ManyRooms(Replica replica) {
            this.replica = replica;
            start();
        }

        @Override
        void rage() {
            post(http, replica.http("/rooms/many" + rooms.incrementAndGet()), "x");
        }
    }

    private static void post(HttpClient http, String url, String body) {
        try {
            http.send(HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "text/plain")
                    .timeout(Duration.ofSeconds(5)).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.discarding());
        } catch (IOException e) {
            // Refused, or too slow: the next one follows.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Opens sockets that it never reads, each with a request, and closes them when there are many. */
    private abstract static class Sockets extends Disturbance {

        private static final int MOST_OPEN = 200;
        private final List<Socket> open = new CopyOnWriteArrayList<>();
        private final Replica replica;
        private int number;

        Sockets(Replica replica) {
            this.replica = replica;
            start();
        }

        abstract String request(int index);

        void closeAll() throws IOException {
            for (Socket each : open) {
                each.close();
            }
        }

        @Override
        void rage() {
            try {
                if (open.size() == MOST_OPEN) {
                    open.remove(0).close();
                }
                Socket socket = new Socket();
                open.add(socket);
                socket.setReceiveBufferSize(4_096);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), replica.port()), 2_000);
                socket.getOutputStream().write(request(number++).getBytes(StandardCharsets.US_ASCII));
                Awaitility.await().pollDelay(Duration.ofMillis(20)).until(() -> true);
            } catch (IOException e) {
                // Refused: the next one follows.
            }
        }
    }

    /** Streams of the rooms with large messages. */
    private static final class StalledStreams extends Sockets {

        StalledStreams(Replica replica) {
            super(replica);
        }

        @Override
        String request(int index) {
            return "GET /rooms/large" + index % 50 + " HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n\r\n";
        }
    }

    /** Requests that never end, in their first line, their headers or their body. */
    private static final class SlowRequests extends Sockets {

        private static final List<String> HALVES = List.of("", "GET /roo", "GET /rooms/a HTTP/1.1\r\nHost: a\r\nX-Half",
                "POST /rooms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf");

        SlowRequests(Replica replica) {
            super(replica);
        }

        @Override
        String request(int index) {
            return HALVES.get(index % HALVES.size());
        }
    }

    /** Sends frames of a megabyte. */
    private static final class LargeFrames extends Disturbance {

        private static final byte[] FRAME = RawSocket.masked(0x82, new byte[1_000_000]);
        private final Replica replica;
        private int next;

        LargeFrames(Replica replica) {
            this.replica = replica;
            start();
        }

        @Override
        void rage() {
            try (RawSocket socket = RawSocket.connect(replica.port(), next++ % 2 == 0 ? "/echo" : "/rooms/frames")) {
                if (socket.status() == 101) {
                    socket.write(FRAME);
                }
            } catch (IOException e) {
                // Closed by the server; the next one follows.
            }
        }
    }
}
