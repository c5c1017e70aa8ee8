package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoop;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rejection of new connections by their number and by event loop lag. */
class LoadShedderTest extends SessionFixture {

    private record Settings(Duration maxLag, int maxHandshakes) implements AdmissionConfig {
    }

    private final Sessions sessions = sessions();
    private final EventLoops eventLoops = new EventLoops();

    private void submit(int count) {
        for (int i = 0; i < count; i++) {
            sessions.inTurn(eventLoop, () -> Uni.createFrom().nothing()).subscribe().with(item -> {
            });
        }
    }

    @ParameterizedTest(name = "{0} ms, {1} handshakes")
    @CsvSource(delimiter = '|', textBlock = """
            -1      | 0          | atrium.admission.max-lag: expected a duration from 0ms to 3600s, got -1ms
            3600001 | 0          | atrium.admission.max-lag: expected a duration from 0ms to 3600s, got 3600001ms
            0       | -1         | atrium.admission.max-handshakes: expected from 0 to 1000000000, got -1
            0       | 1000000001 | atrium.admission.max-handshakes: expected from 0 to 1000000000, got 1000000001
            """)
    void a_setting_out_of_bounds_stops_the_start(long millis, int handshakes, String message) {
        assertThatThrownBy(() -> new LoadShedder(sessions, eventLoops, new HeapPressure(),
                new Settings(Duration.ofMillis(millis), handshakes)))
                .isInstanceOf(ConfigurationException.class).hasMessage(message);
    }

    @ParameterizedTest(name = "{0} new connections of {1}: exhausted {2}")
    @CsvSource({ "9, 10, false", "10, 10, true", "11, 10, true", "100, 0, false", "0, 1, false" })
    void running_and_waiting_handshakes_are_counted(int newConnections, int max, boolean exhausted) {
        submit(newConnections);
        assertThat(new LoadShedder(sessions, eventLoops, new HeapPressure(), new Settings(Duration.ZERO, max)).isExhausted())
                .isEqualTo(exhausted);
    }

    @Test
    void live_data_beyond_its_limit_makes_memory_scarce() {
        HeapPressure heap = new HeapPressure();
        LoadShedder shedder = new LoadShedder(sessions, eventLoops, heap, new Settings(Duration.ZERO, 0));
        byte[] live = new byte[(int) Math.min(1 << 30, Runtime.getRuntime().maxMemory() / 20)];
        try {
            heap.limit(1);
            System.gc();
            // The JVM reports it from a thread of its own.
            Awaitility.await().untilAsserted(() -> assertThat(shedder.isMemoryScarce()).isTrue());
            assertThat(shedder.isExhausted()).isFalse();
            heap.limit(99);
            System.gc();
            Awaitility.await().untilAsserted(() -> assertThat(shedder.isMemoryScarce()).isFalse());
        } finally {
            heap.limit(0);
            assertThat(live).isNotEmpty();
        }
    }

    @Test
    void a_lasting_lag_of_an_event_loop_exhausts_the_replica_unless_it_is_unlimited() {
        DefaultEventLoopGroup loops = new DefaultEventLoopGroup(2);
        AtomicBoolean stopped = new AtomicBoolean();
        try {
            LoadShedder strict = new LoadShedder(sessions, eventLoops, new HeapPressure(),
                    new Settings(Duration.ofMillis(150), 0));
            LoadShedder unlimited = new LoadShedder(sessions, eventLoops, new HeapPressure(), new Settings(Duration.ZERO, 0));
            assertThat(eventLoops.lagNanos()).isZero();
            eventLoops.watch(loops);
            busy(loops.next(), stopped);
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(strict::isExhausted);
            assertThat(eventLoops.lagNanos() / 1e9).isBetween(0.15, 10.0);
            assertThat(unlimited.isExhausted()).isFalse();
            stopped.set(true);
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> !strict.isExhausted());
        } finally {
            stopped.set(true);
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
    }

    private static void busy(EventLoop loop, AtomicBoolean stopped) {
        loop.execute(() -> {
            long end = System.nanoTime() + Duration.ofMillis(400).toNanos();
            while (System.nanoTime() < end && !stopped.get()) {
                LockSupport.parkNanos(1_000_000);
            }
            if (!stopped.get()) {
                busy(loop, stopped);
            }
        });
    }
}
