package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which event loops are found blocked. */
class EventLoopsTest {

    private static final long THRESHOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
    /** Every loop is late by more. */
    private static final long ALL = -1;

    private final EventLoops loops = new EventLoops();
    private final DefaultEventLoop blocked = new DefaultEventLoop();
    private final DefaultEventLoop other = new DefaultEventLoop();
    private final CountDownLatch blocks = new CountDownLatch(1);

    @AfterEach
    void end() {
        blocks.countDown();
        blocked.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        other.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    private void waitForTheEnd() {
        try {
            blocks.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_blocked_loop_is_found_with_its_stack_until_it_runs_again() {
        loops.watch(List.of(blocked, other));
        blocked.execute(this::waitForTheEnd);
        Awaitility.await().until(() -> loops.findBlocked(THRESHOLD_NANOS).size() == 1);
        assertThat(loops.findBlocked(THRESHOLD_NANOS)).singleElement().satisfies(found -> {
            assertThat(found.thread()).isEqualTo(blocked.threadProperties().name());
            assertThat(found.nanos()).isBetween(THRESHOLD_NANOS, loops.blockedNanos());
            assertThat(found.stack()).extracting(StackTraceElement::getMethodName).contains("waitForTheEnd");
        });
        assertThat(loops.isBlocked(blocked)).isTrue();
        assertThat(loops.isBlocked(other)).isFalse();

        blocks.countDown();
        Awaitility.await().until(() -> !loops.isBlocked(blocked));
        assertThat(loops.blockedNanos()).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void a_loop_that_is_not_late_by_much_is_not_blocked() {
        loops.watch(List.of(other));
        assertThat(loops.findBlocked(ALL)).hasSize(1);
        Awaitility.await().until(() -> !loops.isBlocked(other));
    }

    /** In dev mode it goes on with the next application, and what accepts connections asks the first one. */
    @Test
    void a_loop_that_was_blocked_when_the_application_stopped_is_not_blocked_for_ever() {
        loops.watch(List.of(blocked));
        blocked.execute(this::waitForTheEnd);
        Awaitility.await().until(() -> loops.findBlocked(THRESHOLD_NANOS).size() == 1);
        assertThat(loops.isBlocked(blocked)).isTrue();
        loops.stop(null);
        assertThat(loops.isBlocked(blocked)).isFalse();
    }

    @Test
    void the_loops_of_the_server_are_watched_until_it_stops() {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(3));
        try {
            loops.start(null, vertx);
            assertThat(loops.findBlocked(ALL)).hasSize(3);
            loops.stop(null);
            assertThat(loops.findBlocked(ALL)).isEmpty();
            assertThat(loops.lagNanos()).isZero();
        } finally {
            vertx.close();
        }
    }
}
