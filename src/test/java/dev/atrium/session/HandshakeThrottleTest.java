package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.DeliveryLoop;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many handshakes are under way at a time, and in which order the others follow. */
class HandshakeThrottleTest extends SessionFixture {

    private static final int WIDTH = 8;

    private final HandshakeThrottle throttle = new HandshakeThrottle(eventLoop, new DeliveryLoop(eventLoop, () -> true));
    private final List<Integer> begun = new ArrayList<>();
    private final List<UniEmitter<? super String>> work = new ArrayList<>();
    private final List<String> done = new ArrayList<>();

    private Cancellable come(int name) {
        return throttle.pass(() -> {
            begun.add(name);
            return Uni.createFrom().<String> emitter(work::add);
        }).subscribe().with(done::add, failure -> done.add(failure.getMessage()));
    }

    /** The loop's clock is ahead of the throttle's, so that no pause is waited for. */
    private void settle() {
        for (int i = 0; i < 100; i++) {
            pass(3);
        }
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void the_first_handshake_begins_at_once_and_its_result_is_handed_on() {
        come(0);
        assertThat(begun).containsExactly(0);
        assertThat(throttle.present()).isOne();
        work.get(0).complete("in");
        assertThat(done).containsExactly("in");
        assertThat(throttle.present()).isZero();
    }

    @Test
    void work_that_is_done_at_once_leaves_at_once() {
        throttle.pass(() -> Uni.createFrom().item("now")).subscribe().with(done::add);
        assertThat(done).containsExactly("now");
        assertThat(throttle.present()).isZero();
    }

    @Test
    void only_so_many_are_inside_at_a_time_and_the_others_follow_in_their_order() {
        for (int i = 0; i < 20; i++) {
            come(i);
        }
        settle();
        assertThat(begun).isEqualTo(numbers(0, WIDTH));
        assertThat(throttle.present()).isEqualTo(20);
        work.get(3).complete("in");
        settle();
        assertThat(begun).isEqualTo(numbers(0, WIDTH + 1));
        assertThat(throttle.present()).isEqualTo(19);
        for (int i = 0; i < work.size(); i++) {
            work.get(i).complete("in");
            settle();
        }
        assertThat(begun).isEqualTo(numbers(0, 20));
        assertThat(done).hasSize(20);
        assertThat(throttle.present()).isZero();
    }

    @Test
    void a_failure_is_handed_on_and_makes_room() {
        for (int i = 0; i < WIDTH + 1; i++) {
            come(i);
        }
        settle();
        work.get(0).fail(new IllegalStateException("refused"));
        settle();
        assertThat(done).containsExactly("refused");
        assertThat(begun).hasSize(WIDTH + 1);
        assertThat(throttle.present()).isEqualTo(WIDTH);
    }

    @Test
    void work_that_throws_instead_of_failing_makes_room_too() {
        for (int i = 0; i < 2 * WIDTH; i++) {
            throttle.pass(() -> {
                throw new IllegalStateException("broken");
            }).subscribe().with(item -> done.add("item"), failure -> done.add(failure.getMessage()));
        }
        settle();
        assertThat(done).hasSize(2 * WIDTH).containsOnly("broken");
        assertThat(throttle.present()).isZero();
    }

    @Test
    void a_handshake_that_never_ends_holds_its_place_for_ten_seconds() {
        for (int i = 0; i < WIDTH + 2; i++) {
            come(i);
        }
        settle();
        pass(9_000);
        assertThat(begun).hasSize(WIDTH);
        pass(1_000);
        settle();
        assertThat(begun).hasSize(WIDTH + 2);
        assertThat(throttle.present()).isEqualTo(2);
        work.get(0).complete("late");
        assertThat(done).containsExactly("late");
        assertThat(throttle.present()).isEqualTo(2);
    }

    @Test
    void a_handshake_that_is_cancelled_inside_makes_room() {
        Cancellable first = come(0);
        for (int i = 1; i < WIDTH + 1; i++) {
            come(i);
        }
        settle();
        first.cancel();
        settle();
        assertThat(begun).isEqualTo(numbers(0, WIDTH + 1));
        assertThat(throttle.present()).isEqualTo(WIDTH);
    }

    @Test
    void a_handshake_that_is_cancelled_while_it_waits_does_not_begin_and_stops_nobody() {
        for (int i = 0; i < WIDTH; i++) {
            come(i);
        }
        settle();
        come(100).cancel();
        come(101);
        work.get(0).complete("in");
        settle();
        assertThat(begun).hasSize(WIDTH + 1).contains(101).doesNotContain(100);
        assertThat(throttle.present()).isEqualTo(WIDTH);
    }

    @Test
    void thousands_that_end_at_once_do_not_stand_on_one_stack() {
        for (int i = 0; i < WIDTH; i++) {
            come(i);
        }
        settle();
        int[] passed = new int[1];
        for (int i = 0; i < 5_000; i++) {
            throttle.pass(() -> Uni.createFrom().item("at once")).subscribe().with(item -> passed[0]++);
        }
        assertThat(throttle.present()).isEqualTo(5_000 + WIDTH);
        work.forEach(each -> each.complete("in"));
        for (int i = 0; i < 5_000 && passed[0] < 5_000; i++) {
            pass(3);
        }
        assertThat(passed[0]).isEqualTo(5_000);
        assertThat(throttle.present()).isZero();
    }

    @Test
    void those_who_come_later_do_not_overtake_those_who_wait() {
        for (int i = 0; i < WIDTH + 1; i++) {
            come(i);
        }
        settle();
        come(WIDTH + 1);
        work.get(0).complete("in");
        come(WIDTH + 2);
        settle();
        work.get(1).complete("in");
        settle();
        work.get(2).complete("in");
        settle();
        assertThat(begun).isEqualTo(numbers(0, WIDTH + 3));
    }

    @Test
    void a_handshake_that_is_over_leaves_no_timer() {
        come(0);
        assertThat(channel.runScheduledPendingTasks()).isPositive();
        work.get(0).complete("in");
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }

    @Test
    void handshakes_that_are_done_at_once_leave_time_for_others_all_the_same() {
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
        assertThat(throttle.present()).isZero();
    }

    @Test
    void a_handshake_that_was_cancelled_while_it_waited_is_not_counted() {
        HandshakeThrottle throttle = new HandshakeThrottle(eventLoop, new DeliveryLoop(eventLoop, () -> true));
        List<UniEmitter<? super String>> work = new ArrayList<>();
        List<Cancellable> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(throttle.pass(() -> Uni.createFrom().<String> emitter(work::add)).subscribe().with(x -> {
            }));
        }
        for (int i = 0; i < 100; i++) {
            pass(3);
        }
        for (int i = 8; i < 20; i++) {
            all.get(i).cancel();
        }
        work.forEach(each -> each.complete("in"));
        for (int i = 0; i < 100; i++) {
            pass(3);
        }
        assertThat(throttle.present()).isZero();
    }
}
