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

    private static final long MOST = Duration.ofMillis(300).toNanos();
    private static final long MORE = Duration.ofMillis(600).toNanos();

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
        long end = System.nanoTime() + MORE;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    @Test
    void a_loop_that_has_nothing_to_do_is_not_late() {
        await().during(Duration.ofMillis(300)).until(() -> !lag.isLasting(MOST));
    }

    @Test
    void a_single_pause_is_seen_but_does_not_last() throws ExecutionException, InterruptedException {
        loop.submit(LoopLagTest::block).get();
        await().until(() -> lag.nanos() > MOST);
        assertThat(lag.isLasting(MOST)).isFalse();
        await().until(() -> lag.nanos() < MOST);
    }

    @Test
    void a_loop_that_is_late_again_and_again_is_and_recovers() {
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
        await().until(() -> lag.isLasting(MOST));
        enough.set(true);
        await().until(() -> !lag.isLasting(MOST) && lag.nanos() < MOST);
    }
}
