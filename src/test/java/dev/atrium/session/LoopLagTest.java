package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Measurement of the lag of event loops. */
class LoopLagTest {

    private static final long THRESHOLD_NANOS = Duration.ofMillis(300).toNanos();
    private static final long PAUSE_NANOS = Duration.ofMillis(600).toNanos();

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final LoopLag lag = new LoopLag();

    @BeforeEach
    void watch() {
        lag.watch(loop);
    }

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS);
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5));
    }

    private static void block() {
        long end = System.nanoTime() + PAUSE_NANOS;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    @Test
    void an_idle_loop_has_no_lasting_lag() {
        await().during(Duration.ofMillis(300)).until(() -> !lag.isLasting(THRESHOLD_NANOS));
    }

    @Test
    void a_loop_is_not_late_before_its_first_measurement_is_due() {
        await().until(() -> {
            LoopLag fresh = new LoopLag();
            fresh.watch(loop);
            return fresh.nanos() == 0;
        });
    }

    @Test
    void a_single_pause_is_measured_but_is_not_lasting() throws ExecutionException, InterruptedException {
        // On the loop itself: this thread may not run at all in the 100 ms until the next measurement.
        loop.submit(() -> {
            block();
            assertThat(lag.nanos()).isGreaterThan(THRESHOLD_NANOS);
            assertThat(lag.isLasting(THRESHOLD_NANOS)).isFalse();
        }).get();
        await().until(() -> lag.nanos() < THRESHOLD_NANOS && !lag.isLasting(THRESHOLD_NANOS));
    }

    @Test
    void a_loop_that_is_late_repeatedly_has_a_lasting_lag_and_recovers() {
        AtomicBoolean enough = new AtomicBoolean();
        loop.execute(new Runnable() {
            @Override
            public void run() {
                if (!enough.get()) {
                    block();
                    loop.execute(this);
                }
            }
        });
        await().until(() -> lag.isLasting(THRESHOLD_NANOS));
        enough.set(true);
        await().until(() -> !lag.isLasting(THRESHOLD_NANOS) && lag.nanos() < THRESHOLD_NANOS);
    }
}
