package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.DeliveryLoop;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Number of running handshakes, and the order of waiting ones. */
class HandshakeThrottleTest extends SessionFixture {

    private static final int MAX_RUNNING = 8;

    private final Sessions sessions = sessions("heartbeat.interval", "1d");
    private HandshakeThrottle throttle = throttle(System::nanoTime);
    private final AtomicLong now = new AtomicLong();
    private final List<Integer> started = new ArrayList<>();
    private final List<UniEmitter<? super String>> work = new ArrayList<>();
    private final List<String> done = new ArrayList<>();

    private HandshakeThrottle throttle(LongSupplier nanoTime) {
        return new HandshakeThrottle(eventLoop, new RecentDeliveries(sessions.deliveryLoop(eventLoop), nanoTime), nanoTime);
    }

    private Cancellable submit(int name) {
        return throttle.pass(() -> {
            started.add(name);
            return Uni.createFrom().<String> emitter(work::add);
        }).subscribe().with(done::add, failure -> done.add(failure.getMessage()));
    }

    /** The loop's clock is ahead of the throttle's, so that no pause is waited for. */
    private void runUntilIdle() {
        for (int i = 0; i < 30; i++) {
            channel.advanceTimeBy(100, TimeUnit.MICROSECONDS);
            turn();
            turn();
        }
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void the_first_handshake_starts_at_once_and_its_result_is_passed_on() {
        submit(0);
        assertThat(started).containsExactly(0);
        assertThat(throttle.newConnections()).isOne();
        work.get(0).complete("in");
        assertThat(done).containsExactly("in");
        assertThat(throttle.newConnections()).isZero();
    }

    @Test
    void work_that_completes_at_once_is_no_longer_counted() {
        throttle.pass(() -> Uni.createFrom().item("now")).subscribe().with(done::add);
        assertThat(done).containsExactly("now");
        assertThat(throttle.newConnections()).isZero();
    }

    @Test
    void at_most_eight_run_at_a_time_and_the_others_follow_in_order() {
        for (int i = 0; i < 20; i++) {
            submit(i);
        }
        runUntilIdle();
        assertThat(started).isEqualTo(numbers(0, MAX_RUNNING));
        assertThat(throttle.newConnections()).isEqualTo(20);
        work.get(3).complete("in");
        runUntilIdle();
        assertThat(started).isEqualTo(numbers(0, MAX_RUNNING + 1));
        assertThat(throttle.newConnections()).isEqualTo(19);
        for (int i = 0; i < work.size(); i++) {
            work.get(i).complete("in");
            runUntilIdle();
        }
        assertThat(started).isEqualTo(numbers(0, 20));
        assertThat(done).hasSize(20);
        assertThat(throttle.newConnections()).isZero();
    }

    /** The loop runs its timer, so many milliseconds after it was due. */
    private void period(long lateMillis) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(100 + lateMillis));
        pass(100);
        runUntilIdle();
    }

    @Test
    void more_and_more_run_while_they_wait_for_redis_and_fewer_again_when_the_loop_is_busy() {
        throttle = throttle(now::get);
        for (int i = 0; i < 100; i++) {
            submit(i);
        }
        runUntilIdle();
        assertThat(started).hasSize(MAX_RUNNING);
        period(0);
        assertThat(started).hasSize(2 * MAX_RUNNING);
        period(2);
        assertThat(started).hasSize(4 * MAX_RUNNING);
        period(3);
        period(3);
        work.forEach(each -> each.complete("in"));
        runUntilIdle();
        assertThat(started).as("eight at a time again").hasSize(5 * MAX_RUNNING);
    }

    @ParameterizedTest
    @CsvSource({ "15, 16", "16, 8" })
    void no_more_run_while_they_end_so_soon_that_they_wait_for_the_loop_and_not_for_redis(int ended, int running) {
        throttle = throttle(now::get);
        for (int i = 0; i < 100; i++) {
            submit(i);
        }
        for (int i = 0; i < ended; i++) {
            runUntilIdle();
            work.get(i).complete("in");
        }
        period(0);
        assertThat(started).hasSize(ended + running);
    }

    @Test
    void after_a_storm_eight_run_at_a_time_again() {
        throttle = throttle(now::get);
        for (int i = 0; i < 2 * MAX_RUNNING; i++) {
            submit(i);
        }
        period(0);
        assertThat(started).hasSize(2 * MAX_RUNNING);
        period(0);
        work.forEach(each -> each.complete("in"));
        for (int i = 0; i < 2 * MAX_RUNNING; i++) {
            submit(i);
        }
        runUntilIdle();
        assertThat(started).hasSize(3 * MAX_RUNNING);
    }

    @Test
    void a_failure_is_passed_on_and_starts_the_next() {
        for (int i = 0; i < MAX_RUNNING + 1; i++) {
            submit(i);
        }
        runUntilIdle();
        work.get(0).fail(new IllegalStateException("refused"));
        runUntilIdle();
        assertThat(done).containsExactly("refused");
        assertThat(started).hasSize(MAX_RUNNING + 1);
        assertThat(throttle.newConnections()).isEqualTo(MAX_RUNNING);
    }

    @Test
    void work_that_throws_starts_the_next() {
        for (int i = 0; i < 2 * MAX_RUNNING; i++) {
            throttle.pass(() -> {
                throw new IllegalStateException("broken");
            }).subscribe().with(item -> done.add("item"), failure -> done.add(failure.getMessage()));
        }
        runUntilIdle();
        assertThat(done).hasSize(2 * MAX_RUNNING).containsOnly("broken");
        assertThat(throttle.newConnections()).isZero();
    }

    @Test
    void a_handshake_that_never_ends_times_out_after_ten_seconds() {
        for (int i = 0; i < MAX_RUNNING + 2; i++) {
            submit(i);
        }
        runUntilIdle();
        pass(9_000);
        runUntilIdle();
        assertThat(throttle.newConnections()).isEqualTo(MAX_RUNNING + 2);
        pass(1_000);
        runUntilIdle();
        assertThat(started).hasSize(MAX_RUNNING + 2);
        assertThat(throttle.newConnections()).isEqualTo(2);
        work.get(0).complete("late");
        assertThat(done).containsExactly("late");
        assertThat(throttle.newConnections()).isEqualTo(2);
    }

    @Test
    void a_running_handshake_that_is_cancelled_starts_the_next() {
        Cancellable first = submit(0);
        for (int i = 1; i < MAX_RUNNING + 1; i++) {
            submit(i);
        }
        runUntilIdle();
        first.cancel();
        runUntilIdle();
        assertThat(started).isEqualTo(numbers(0, MAX_RUNNING + 1));
        assertThat(throttle.newConnections()).isEqualTo(MAX_RUNNING);
    }

    @Test
    void a_waiting_handshake_that_is_cancelled_does_not_start_and_blocks_no_other() {
        for (int i = 0; i < MAX_RUNNING; i++) {
            submit(i);
        }
        runUntilIdle();
        submit(100).cancel();
        submit(101);
        work.get(0).complete("in");
        runUntilIdle();
        assertThat(started).hasSize(MAX_RUNNING + 1).contains(101).doesNotContain(100);
        assertThat(throttle.newConnections()).isEqualTo(MAX_RUNNING);
    }

    @Test
    void thousands_that_end_at_once_do_not_overflow_the_stack() {
        for (int i = 0; i < MAX_RUNNING; i++) {
            submit(i);
        }
        runUntilIdle();
        int[] passed = new int[1];
        for (int i = 0; i < 5_000; i++) {
            throttle.pass(() -> Uni.createFrom().item("at once")).subscribe().with(item -> passed[0]++);
        }
        assertThat(throttle.newConnections()).isEqualTo(5_000 + MAX_RUNNING);
        work.forEach(each -> each.complete("in"));
        for (int i = 0; i < 5_000 && passed[0] < 5_000; i++) {
            pass(3);
        }
        assertThat(passed[0]).isEqualTo(5_000);
        assertThat(throttle.newConnections()).isZero();
    }

    @Test
    void later_handshakes_do_not_overtake_waiting_ones() {
        for (int i = 0; i < MAX_RUNNING + 1; i++) {
            submit(i);
        }
        runUntilIdle();
        submit(MAX_RUNNING + 1);
        work.get(0).complete("in");
        submit(MAX_RUNNING + 2);
        runUntilIdle();
        work.get(1).complete("in");
        runUntilIdle();
        work.get(2).complete("in");
        runUntilIdle();
        assertThat(started).isEqualTo(numbers(0, MAX_RUNNING + 3));
    }

    @Test
    void a_completed_handshake_leaves_no_timer() {
        submit(0);
        assertThat(channel.runScheduledPendingTasks()).isPositive();
        work.get(0).complete("in");
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }

    @Test
    void handshakes_that_complete_at_once_leave_time_for_other_tasks() {
        int[] passed = new int[1];
        for (int i = 0; i < 2_000; i++) {
            throttle.pass(() -> {
                long end = System.nanoTime() + 20_000;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                return Uni.createFrom().item("in");
            }).subscribe().with(item -> passed[0]++);
        }
        assertThat(passed[0]).isLessThan(2_000);
        for (int i = 0; i < 2_000 && passed[0] < 2_000; i++) {
            pass(3);
        }
        assertThat(passed[0]).isEqualTo(2_000);
        assertThat(throttle.newConnections()).isZero();
    }

    @Test
    void a_handshake_that_was_cancelled_while_it_waited_is_not_counted() {
        HandshakeThrottle throttle = new HandshakeThrottle(eventLoop,
                new RecentDeliveries(new DeliveryLoop(eventLoop, () -> true, () -> false), System::nanoTime), System::nanoTime);
        List<UniEmitter<? super String>> work = new ArrayList<>();
        List<Cancellable> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(throttle.pass(() -> Uni.createFrom().<String> emitter(work::add)).subscribe().with(x -> {
            }));
        }
        runUntilIdle();
        for (int i = 8; i < 20; i++) {
            all.get(i).cancel();
        }
        work.forEach(each -> each.complete("in"));
        runUntilIdle();
        assertThat(throttle.newConnections()).isZero();
    }

    @Test
    void new_connections_leave_the_loop_to_other_tasks_for_longer_while_rooms_deliver_on_it() {
        channel.freezeTime();
        occupyAndUseUpTheSlice();
        work.get(0).complete("in");
        assertThat(untilNextTask()).as("pause of a quiet loop").isEqualTo(Duration.ofNanos(50_000));
        runUntilIdle();
        assertThat(started).hasSize(MAX_RUNNING + 1);

        deliverOneMessage(sessions);
        submit(100);
        spinFor(Duration.ofMillis(2));
        work.get(1).complete("in");
        assertThat(untilNextTask()).as("pause while rooms deliver").isEqualTo(Duration.ofMillis(2));
        runUntilIdle();

        submit(101);
        spinFor(Duration.ofMillis(110));
        work.get(2).complete("in");
        assertThat(untilNextTask()).as("pause after 100 ms without a delivery").isEqualTo(Duration.ofNanos(50_000));
        runUntilIdle();
        assertThat(started).hasSize(MAX_RUNNING + 3);
    }

    private void occupyAndUseUpTheSlice() {
        for (int i = 0; i < MAX_RUNNING + 1; i++) {
            submit(i);
        }
        runUntilIdle();
        assertThat(started).hasSize(MAX_RUNNING);
        spinFor(Duration.ofMillis(2));
    }

    private Duration untilNextTask() {
        turn();
        return Duration.ofNanos(channel.runScheduledPendingTasks());
    }

    private static void spinFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
