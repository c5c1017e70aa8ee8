package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Flood by one client, which publishes as fast as it can and reconnects whenever it is closed. The round trips of another
 * client barely change: in quiet and noisy windows that alternate, its p99 is about the same.
 */
@Tag("alone")
class FloodIT {

    private static final int WINDOWS = 5;
    private static final int MESSAGES = 300;

    /**
     * Maximum ratio of noisy to quiet. The goal is 1.5; the flood, its victim and the server share the cores here, so that a
     * pause of a few milliseconds can make it 3.
     */
    private static final double MOST = 3;

    @Test
    void a_flood_from_one_client_does_not_delay_the_others() throws Exception {
        try (Replica replica = Replica.start(Map.of("atrium.limits.messages", "", "atrium.limits.bytes", ""));
                RawSocket witness = RawSocket.connect(replica.port(), "/rooms/calm");
                Flood flood = new Flood(replica.port())) {
            RoundTrips.p99(witness, 2_000);
            List<Double> quiet = new ArrayList<>();
            List<Double> noisy = new ArrayList<>();
            for (int i = 0; i < WINDOWS; i++) {
                flood.rest();
                quiet.add(RoundTrips.p99(witness, MESSAGES));
                flood.begin();
                noisy.add(RoundTrips.p99(witness, MESSAGES));
            }
            String figures = "p99 in ms, quiet " + quiet + ", noisy " + noisy + "; frames of the flood " + flood.frames.get()
                    + ", connections " + flood.connections.get() + ", refused " + flood.refusals.get();
            System.out.println(figures);
            assertThat(flood.refusals.get()).as(figures).isPositive();
            assertThat(RoundTrips.median(noisy)).as(figures).isLessThan(MOST * Math.max(1, RoundTrips.median(quiet)));
            assertThat(replica.log()).doesNotContain("ERROR").doesNotContain("Exception");
        }
    }

    private static final class Flood extends Disturbance {

        private static final int BATCH = 500;
        private static final byte[] FRAMES = batch();

        private final int port;
        private final AtomicLong frames = new AtomicLong();
        private final AtomicLong connections = new AtomicLong();
        private final AtomicLong refusals = new AtomicLong();

        Flood(int port) {
            this.port = port;
            start();
        }

        private static byte[] batch() {
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            for (int i = 0; i < BATCH; i++) {
                batch.writeBytes(RawSocket.masked(0x81,
                        "{\"cmd\":\"send\",\"params\":{\"room\":\"noise\",\"data\":1}}".getBytes(StandardCharsets.UTF_8)));
            }
            return batch.toByteArray();
        }

        @Override
        void rage() {
            try (RawSocket socket = RawSocket.connect(port, "/ws")) {
                if (socket.status() != 101) {
                    refusals.incrementAndGet();
                    return;
                }
                connections.incrementAndGet();
                while (isOn()) {
                    socket.write(FRAMES);
                    frames.addAndGet(BATCH);
                }
            } catch (IOException e) {
                // Closed by the server; reconnects at once.
            }
        }
    }
}
