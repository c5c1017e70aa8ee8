package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.security.TestSecurity;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are ended when all together hold too much. */
class RequestMemoryTest {

    private static final long KIB = 1024;

    private final AtomicLong now = new AtomicLong();
    private final RequestMemory memory = new RequestMemory(100 * KIB, now::get, () -> false);
    private final List<String> ended = new ArrayList<>();

    private RequestMemory.Share share(String name) {
        return memory.share(Runnable::run, () -> ended.add(name));
    }

    private RequestMemory.Share holding(String name, long kibibytes) {
        RequestMemory.Share share = share(name);
        share.hold(kibibytes * KIB);
        return share;
    }

    private void pass(long millis) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void requests_within_the_budget_are_left_alone() {
        holding("first", 50);
        holding("second", 50);
        assertThat(ended).isEmpty();
        assertThat(memory.used()).isEqualTo(100 * KIB);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void scarce_direct_memory_is_told(boolean scarce) {
        assertThat(new RequestMemory(KIB, now::get, () -> scarce).isScarce()).isEqualTo(scarce);
    }

    @ParameterizedTest
    @ValueSource(strings = { "0", "51" })
    void a_share_of_the_heap_out_of_bounds_stops_the_start(String percent) {
        assertThatThrownBy(
                () -> new RequestMemory(TestSecurity.config(Map.of("atrium.limits.request-memory-percent", percent))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.limits.request-memory-percent: expected from 1 to 50, got " + percent);
    }

    /** In bytes, of all the heap. */
    @ParameterizedTest
    @ValueSource(ints = { 1, 50 })
    void the_budget_is_a_share_of_the_heap(int percent) {
        RequestMemory share = new RequestMemory(
                TestSecurity.config(Map.of("atrium.limits.request-memory-percent", Integer.toString(percent))));
        long budget = Runtime.getRuntime().maxMemory() / 100 * percent;
        RequestMemory.Share half = share.share(Runnable::run, () -> ended.add("half"));
        assertThat(half.tryHold(budget / 2)).isTrue();
        assertThat(share.share(Runnable::run, () -> ended.add("more")).tryHold(budget)).isFalse();
        assertThat(share.share(Runnable::run, () -> ended.add("rest")).tryHold(budget - budget / 2)).isTrue();
    }

    @Test
    void what_is_small_is_not_counted() {
        holding("small", 15);
        assertThat(memory.used()).isZero();
    }

    @Test
    void a_share_follows_what_its_request_holds_and_ends_with_it() {
        RequestMemory.Share share = holding("one", 40);
        share.hold(20 * KIB);
        assertThat(memory.used()).isEqualTo(20 * KIB);
        share.hold(10 * KIB);
        assertThat(memory.used()).isEqualTo(10 * KIB);
        share.hold(0);
        assertThat(memory.used()).isZero();
        share.hold(30 * KIB);
        share.release();
        share.hold(30 * KIB);
        assertThat(memory.used()).isZero();
        assertThat(ended).isEmpty();
    }

    @Test
    void a_request_that_is_handled_counts_until_it_is_over_and_is_not_ended() {
        RequestMemory.Share handled = holding("handled", 80);
        handled.complete();
        pass(2_000);
        holding("new", 40);
        assertThat(ended).containsExactly("new");
        assertThat(memory.used()).isEqualTo(80 * KIB);
        handled.release();
        assertThat(memory.used()).isZero();
    }

    @Test
    void the_oldest_requests_make_room_for_newer_ones() {
        holding("oldest", 40);
        pass(10);
        holding("old", 40);
        pass(1_000);
        holding("new", 60);
        assertThat(ended).containsExactly("oldest");
        assertThat(memory.used()).isEqualTo(100 * KIB);
        holding("newer", 30);
        assertThat(ended).containsExactly("oldest", "old");
    }

    @Test
    void in_a_burst_the_request_that_needs_too_much_is_ended() {
        holding("first", 60);
        pass(999);
        holding("second", 60);
        assertThat(ended).containsExactly("second");
        assertThat(memory.used()).isEqualTo(60 * KIB);
    }

    @Test
    void a_request_that_grows_beyond_the_budget_is_ended_once() {
        holding("other", 20);
        RequestMemory.Share share = holding("large", 60);
        share.hold(120 * KIB);
        share.hold(130 * KIB);
        assertThat(ended).containsExactly("large");
        assertThat(memory.used()).isEqualTo(20 * KIB);
    }

    @Test
    void one_request_alone_may_take_more() {
        RequestMemory.Share share = share("large");
        assertThat(share.tryHold(120 * KIB)).isTrue();
        pass(2_000);
        share.hold(150 * KIB);
        assertThat(ended).isEmpty();
        RequestMemory.Share other = share("other");
        other.tryHold(20 * KIB);
        assertThat(ended).as("until another one needs room").containsExactly("large");
        share.release();
        assertThat(other.tryHold(20 * KIB)).isTrue();
        assertThat(memory.used()).isEqualTo(20 * KIB);
    }

    @Test
    void a_request_that_asks_before_waits_for_room_and_ends_none_but_old_ones() {
        RequestMemory.Share first = holding("first", 60);
        RequestMemory.Share second = share("second");
        assertThat(second.tryHold(60 * KIB)).isFalse();
        assertThat(ended).isEmpty();
        pass(1_000);
        second.tryHold(60 * KIB);
        assertThat(ended).containsExactly("first");
        first.release();
        assertThat(second.tryHold(60 * KIB)).isTrue();
        assertThat(memory.used()).isEqualTo(60 * KIB);
    }

    /** In one turn of an event loop, which can be long, a thousand could end each other, and none of them would be gone. */
    @Test
    void the_memory_of_an_ended_request_is_not_given_away_before_it_is_free() {
        RequestMemory.Share first = holding("first", 60);
        RequestMemory.Share second = share("second");
        pass(1_000);
        assertThat(second.tryHold(60 * KIB)).isFalse();
        assertThat(second.tryHold(60 * KIB)).isFalse();
        assertThat(second.tryHold(40 * KIB)).isTrue();
        first.release();
        assertThat(second.tryHold(100 * KIB)).isTrue();
        first.release();
        assertThat(second.tryHold(110 * KIB)).as("alone").isTrue();
    }

    @Test
    void an_ended_request_of_which_nothing_more_is_heard_does_not_count_for_ever() {
        holding("first", 60);
        RequestMemory.Share second = share("second");
        pass(1_000);
        assertThat(second.tryHold(60 * KIB)).isFalse();
        pass(9_999);
        assertThat(second.tryHold(60 * KIB)).isFalse();
        pass(1);
        assertThat(second.tryHold(60 * KIB)).isTrue();
    }

    @Test
    void a_request_that_was_ended_finds_no_room() {
        RequestMemory.Share first = holding("first", 60);
        pass(1_000);
        holding("second", 60);
        assertThat(first.tryHold(20 * KIB)).isFalse();
        assertThat(memory.used()).isEqualTo(60 * KIB);
    }

    @Test
    void a_share_that_is_emptied_between_is_as_old_as_what_it_holds() {
        RequestMemory.Share download = holding("download", 40);
        pass(500);
        holding("stalled", 40);
        pass(500);
        download.hold(0);
        download.hold(40 * KIB);
        pass(500);
        holding("new", 40);
        assertThat(ended).containsExactly("stalled");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void a_request_that_arrives_whole_before_the_task_that_ends_it_is_not_ended(boolean handled) {
        Queue<Runnable> loop = new ArrayDeque<>();
        RequestMemory.Share old = memory.share(loop::add, () -> ended.add("old"));
        old.hold(60 * KIB);
        pass(1_000);
        holding("new", 60);
        if (handled) {
            old.complete();
        } else {
            old.release();
        }
        assertThat(loop).hasSize(1);
        loop.remove().run();
        assertThat(ended).isEmpty();
    }
}
