package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.it.fixture.CapturedLog;
import dev.atrium.session.EventLoops;
import io.netty.channel.DefaultEventLoopGroup;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a blocked event loop does to health and log. */
class EventLoopWatchdogTest {

    private record Settings(Duration unreadyAfter, Duration deadAfter) implements EventLoopConfig {
    }

    private final EventLoops eventLoops = new EventLoops();
    private final DefaultEventLoopGroup loops = new DefaultEventLoopGroup(2);
    private final CountDownLatch blocks = new CountDownLatch(1);
    private final EventLoopWatchdog watchdog = watchdog(300, 900);

    private EventLoopWatchdog watchdog(long unreadyMillis, long deadMillis) {
        return new EventLoopWatchdog(eventLoops, new Settings(Duration.ofMillis(unreadyMillis), Duration.ofMillis(deadMillis)));
    }

    @AfterEach
    void end() {
        watchdog.stop(null);
        blocks.countDown();
        loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    @Test
    void a_blocked_loop_is_logged_once_with_its_stack_and_fails_ready_and_later_live() {
        eventLoops.watch(loops);
        assertThat(watchdog.isReady()).isTrue();
        try (CapturedLog log = new CapturedLog("dev.atrium.operations.EventLoopWatchdog")) {
            watchdog.start(null);
            loops.next().execute(this::block);
            Awaitility.await().until(() -> !watchdog.isReady());
            assertThat(watchdog.isLive()).isTrue();
            Awaitility.await().until(() -> !watchdog.isLive());
            assertThat(log.entries).hasSize(1);
            ExtLogRecord entry = log.entries.get(0);
            assertThat(entry.getFormattedMessage())
                    .matches("The event loop defaultEventLoopGroup-\\S+ has been blocked for \\d+ ms; .*");
            assertThat(entry.getThrown().getStackTrace()).extracting(StackTraceElement::getMethodName).contains("block");
            blocks.countDown();
            Awaitility.await().until(watchdog::isReady);
            assertThat(watchdog.isLive()).isTrue();
        }
    }

    @Test
    void loops_that_run_are_not_logged() {
        eventLoops.watch(loops);
        try (CapturedLog log = new CapturedLog("dev.atrium.operations.EventLoopWatchdog")) {
            watchdog.start(null);
            Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(watchdog::isReady);
            assertThat(log.entries).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0} ms, {1} ms")
    @CsvSource(delimiter = '|', textBlock = """
            99   | 1000    | atrium.event-loop.unready-after: expected a duration from 100ms to 3600s, got 99ms
            2000 | 1999    | atrium.event-loop.dead-after: expected a duration from 2s to 3600s, got 1999ms
            2000 | 3600001 | atrium.event-loop.dead-after: expected a duration from 2s to 3600s, got 3600001ms
            """)
    void a_setting_out_of_bounds_stops_the_start(long unready, long dead, String message) {
        assertThatThrownBy(() -> watchdog(unready, dead)).isInstanceOf(ConfigurationException.class).hasMessage(message);
    }

    private void block() {
        try {
            blocks.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
