package dev.atrium.transport.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.atrium.session.CloseReason;
import dev.atrium.session.RequestMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of polls, packets of posts, and the end of a connection that polls. */
class PollingTransportTest extends WithEngine {

    @Test
    void the_first_poll_is_given_the_handshake() {
        FakeRequest poll = get();
        assertThat(poll.answer()).isEqualTo("200 0{\"sid\":\"" + socket.id() + "\",\"upgrades\":[\"websocket\"],"
                + "\"pingInterval\":1000,\"pingTimeout\":20000,\"maxPayload\":2048}");
        assertThat(poll.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");
        assertThat(poll.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void a_poll_waits_and_is_given_what_one_turn_brings_in_one_answer() {
        fetchOpen();
        FakeRequest poll = get();
        assertThat(poll.isAnswered()).isFalse();
        send("a");
        send("b");
        assertThat(poll.isAnswered()).isFalse();
        turn();
        assertThat(poll.answer()).isEqualTo("200 4a\u001e4b");
    }

    @Test
    void packets_sent_while_no_poll_waits_are_the_answer_of_the_next_one() {
        fetchOpen();
        send("a");
        turn();
        assertThat(polling.pendingBytes()).isEqualTo(4);
        assertThat(get().answer()).isEqualTo("200 4a");
        assertThat(polling.pendingBytes()).isZero();
        FakeRequest waiting = get();
        send("b");
        turn();
        assertThat(waiting.answer()).isEqualTo("200 4b");
    }

    @Test
    void waiting_packets_are_bounded_and_the_rest_is_released() {
        fetchOpen();
        ByteBuf fits = Unpooled.wrappedBuffer(new byte[LIMIT]);
        ByteBuf tooMuch = Unpooled.wrappedBuffer(new byte[1]);
        assertThat(polling.offer(fits)).isTrue();
        assertThat(polling.offer(tooMuch)).isFalse();
        assertThat(tooMuch.refCnt()).isZero();
        assertThat(polling.pendingBytes()).isEqualTo(LIMIT);
    }

    @Test
    void several_messages_may_wait_up_to_the_limit_itself() {
        fetchOpen();
        assertThat(polling.offer(Unpooled.wrappedBuffer(new byte[1]))).isTrue();
        assertThat(polling.offer(Unpooled.wrappedBuffer(new byte[LIMIT - 1]))).isTrue();
        assertThat(polling.offer(Unpooled.wrappedBuffer(new byte[1]))).isFalse();
    }

    @Test
    void a_message_that_is_larger_than_the_limit_passes_when_nothing_waits() {
        fetchOpen();
        assertThat(send("x".repeat(2 * LIMIT))).isTrue();
        assertThat(get().answer()).hasSize("200 4".length() + 2 * LIMIT);
    }

    @Test
    void a_client_that_does_not_poll_gets_little_while_direct_memory_is_scarce() {
        fetchOpen();
        scarce = true;
        String large = "x".repeat(70_000);
        assertThat(send(large)).isFalse();
        assertThat(send("a")).isTrue();
        scarce = false;
        assertThat(get().answer()).isEqualTo("200 4a");
        assertThat(send(large)).isTrue();
    }

    @Test
    void the_packets_of_a_post_are_handled_in_several_turns_between_which_other_clients_are_served() {
        fetchOpen();
        FakeRequest post = beginPost();
        socket.post(post.exchange(), String.join("\u001e", Collections.nCopies(150, "4x")).getBytes(StandardCharsets.UTF_8));
        assertThat(application.received).hasSize(64);
        assertThat(post.isAnswered()).isFalse();
        turn();
        assertThat(application.received).hasSize(150);
        assertThat(post.answer()).isEqualTo("200 ok");
    }

    @Test
    void a_second_poll_while_one_waits_ends_the_connection() {
        fetchOpen();
        FakeRequest first = get();
        FakeRequest second = get();
        assertThat(first.answer()).isEqualTo("200 1");
        assertThat(second.answer()).isEqualTo("400 ");
        assertThat(application.received).containsExactly("closed PROTOCOL_ERROR");
        assertThat(sockets.find(socket.id())).isNull();
    }

    @Test
    void a_poll_whose_client_goes_ends_the_connection() {
        fetchOpen();
        get().abandon();
        turn();
        assertThat(application.received).containsExactly("closed CONNECTION_LOST");
    }

    @Test
    void a_client_that_was_gone_before_its_poll_could_wait_is_noticed_too() {
        fetchOpen();
        FakeRequest poll = forwarded(null, null);
        poll.abandon();
        get(poll);
        assertThat(application.received).containsExactly("closed CONNECTION_LOST");
        assertThat(poll.isAnswered()).isFalse();
    }

    @Test
    void a_connection_that_closes_after_its_poll_was_answered_ends_nothing() {
        FakeRequest answered = get();
        answered.abandon();
        turn();
        advance(2_000);
        assertThat(application.received).isEmpty();
    }

    @Test
    void a_poll_that_comes_again_by_another_replica_is_given_the_same_answer_again() {
        FakeRequest first = get(forwarded("node-2", "abc"));
        assertThat(first.answer()).startsWith("200 0{");
        send("later");
        FakeRequest again = get(forwarded("node-3", "abc"));
        assertThat(again.answer()).isEqualTo(first.answer());
        assertThat(get(forwarded("node-3", "abd")).answer()).isEqualTo("200 4later");
    }

    @Test
    void a_kept_answer_gives_way_to_other_requests_and_a_client_that_needs_it_connects_anew() {
        AtomicLong now = new AtomicLong();
        RequestMemory memory = new RequestMemory(100_000, now::get, () -> false);
        fetchOpen();
        send("x".repeat(50_000));
        assertThat(get(forwarded("node-2", "abc", memory)).answer()).hasSizeGreaterThan(50_000);
        assertThat(get(forwarded("node-3", "abc", memory)).answer()).as("repeated").hasSizeGreaterThan(50_000);
        now.addAndGet(TimeUnit.SECONDS.toNanos(2));
        memory.share(Runnable::run, () -> {
        }).hold(90_000);
        turn();
        assertThat(get(forwarded("node-4", "abc", memory)).answer()).startsWith("400");
        assertThat(application.received).containsExactly("closed CONNECTION_LOST");
    }

    @Test
    void a_kept_answer_is_memory_until_the_next_poll() {
        AtomicLong now = new AtomicLong();
        RequestMemory memory = new RequestMemory(100_000, now::get, () -> false);
        fetchOpen();
        send("x".repeat(60_000));
        assertThat(get(forwarded("node-2", "abc", memory)).answer()).startsWith("200");
        RequestMemory.Share other = memory.share(Runnable::run, () -> {
        });
        assertThat(other.tryHold(50_000)).isFalse();
        get(forwarded("node-2", "abd", memory));
        assertThat(other.tryHold(50_000)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "-", "node-3" })
    void a_poll_that_comes_again_over_another_connection_is_given_the_same_answer_again(String by) {
        FakeRequest first = get(forwarded(null, "abc"));
        assertThat(first.answer()).startsWith("200 0{");
        send("later");
        assertThat(get(forwarded(by, "abc")).answer()).isEqualTo(first.answer());
        assertThat(get(forwarded(by, "abd")).answer()).isEqualTo("200 4later");
    }

    @Test
    void a_poll_that_comes_again_before_the_end_of_its_connection_is_noticed_takes_its_place() {
        fetchOpen();
        FakeRequest first = get(forwarded(null, "abc"));
        FakeRequest again = get(forwarded(null, "abc"));
        first.abandon();
        send("a");
        turn();
        assertThat(again.answer()).isEqualTo("200 4a");
        assertThat(application.received).isEmpty();
    }

    @Test
    void polls_that_carry_the_same_millisecond_are_two() {
        String time = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        get(forwarded(null, time));
        send("later");
        assertThat(get(forwarded(null, time)).answer()).isEqualTo("200 4later");
    }

    @Test
    void polls_of_a_client_that_sends_one_stamp_always_are_different_ones() {
        polling.open(forwarded(null, "abc").exchange());
        turn();
        for (String message : List.of("first", "second")) {
            send(message);
            assertThat(get(forwarded(null, "abc")).answer()).isEqualTo("200 4" + message);
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            "node-2, abc, node-2, abc, same replica",
            "node-2, abc, node-3, abd, another request",
            "node-2, 1795218376.447, node-3, 1795218376.447, a clock",
            "node-2, -, node-3, -, no stamp",
            "node-2, '', node-3, '', an empty one",
    })
    void a_poll_that_is_not_surely_the_same_is_another_one(String by, String stamp, String nextBy, String nextStamp,
            String why) {
        get(forwarded(by, stamp));
        send("later");
        assertThat(get(forwarded(nextBy, nextStamp)).answer()).as(why).isEqualTo("200 4later");
    }

    @Test
    void a_repeated_poll_by_another_replica_replaces_the_waiting_one() {
        fetchOpen();
        FakeRequest first = get(forwarded("node-2", "abc"));
        first.abandon();
        FakeRequest again = get(forwarded("node-3", "abc"));
        send("a");
        turn();
        assertThat(again.answer()).isEqualTo("200 4a");
        advance(2_000);
        assertThat(application.received).isEmpty();
    }

    @Test
    void a_poll_that_hangs_in_its_replica_is_reset_when_it_comes_again_by_another_one() {
        fetchOpen();
        FakeRequest first = get(forwarded("node-2", "abc"));
        FakeRequest again = get(forwarded("node-3", "abc"));
        turn();
        assertThat(first.isReset()).isTrue();
        send("a");
        turn();
        assertThat(first.answer()).isNull();
        assertThat(again.answer()).isEqualTo("200 4a");
    }

    @Test
    void a_poll_that_was_forwarded_and_does_not_come_again_in_a_second_ends_the_connection() {
        fetchOpen();
        get(forwarded("node-2", "abc")).abandon();
        turn();
        advance(999);
        assertThat(application.received).isEmpty();
        advance(1);
        assertThat(application.received).containsExactly("closed CONNECTION_LOST");
    }

    @Test
    void the_packets_of_a_post_are_handed_on_in_their_order() {
        FakeRequest post = post("4a\u001ebAQID\u001e4\u001e6\u001e44");
        assertThat(application.received).containsExactly("text a", "binary 010203", "text ", "text 4");
        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(post.header("Content-Type")).isEqualTo("text/html");
    }

    static Stream<Arguments> malformed() {
        return Stream.of(Arguments.of("not UTF-8", new byte[] { '4', (byte) 0xff }), Arguments.of("empty", new byte[0]),
                Arguments.of("no base64", "b%".getBytes()), Arguments.of("no type", "hello".getBytes()),
                Arguments.of("below the types", "/".getBytes()), Arguments.of("above the types", "7".getBytes()),
                Arguments.of("an empty packet at its end", "6\u001e".getBytes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void a_malformed_post_is_refused_and_ends_the_connection(String what, byte[] body) {
        FakeRequest post = post(body);
        assertThat(post.answer()).isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertThat(post.header("Content-Type")).isEqualTo("application/json");
        assertThat(application.received).containsExactly("closed PROTOCOL_ERROR");
    }

    @Test
    void packets_before_a_malformed_one_are_handed_on_and_packets_behind_it_are_not() {
        post("4a\u001e9\u001e4b");
        assertThat(application.received).containsExactly("text a", "closed PROTOCOL_ERROR");
    }

    @Test
    void a_post_waits_while_the_connection_is_paused_and_is_answered_when_it_is_done() {
        application.whenText = socket::pause;
        FakeRequest post = post("4a\u001e4b");
        assertThat(application.received).containsExactly("text a");
        assertThat(polling.isPosting()).isTrue();
        socket.resume();
        turn();
        assertThat(application.received).containsExactly("text a", "text b");
        assertThat(post.isAnswered()).isFalse();
        socket.resume();
        turn();
        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(polling.isPosting()).isFalse();
    }

    @Test
    void packets_that_are_done_at_once_do_not_fill_the_stack() {
        application.whenText = () -> {
            socket.pause();
            socket.resume();
        };
        FakeRequest post = post("4a" + "\u001e4a".repeat(50_000));
        assertThat(application.received).hasSize(50_001);
        assertThat(post.answer()).isEqualTo("200 ok");
    }

    /** A list of the packets of a megabyte takes 27, for as long as the first one waits for Redis. */
    @Test
    void a_post_of_many_packets_takes_little_more_than_its_size() {
        application.whenText = socket::pause;
        byte[] body = ("4a" + "\u001e3".repeat(500_000)).getBytes(StandardCharsets.UTF_8);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        post(body);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(6L * body.length);
        assertThat(application.received).containsExactly("text a");
    }

    @Test
    void a_second_post_while_one_is_handled_ends_the_connection_and_cuts_the_first() {
        application.whenText = socket::pause;
        FakeRequest first = post("4a");
        FakeRequest second = post("4b");
        assertThat(first.isReset()).isTrue();
        assertThat(first.isAnswered()).isFalse();
        assertThat(second.answer()).isEqualTo("400 ");
        assertThat(application.received).containsExactly("text a", "closed PROTOCOL_ERROR");
    }

    @Test
    void a_post_does_not_overtake_one_whose_body_is_incomplete() {
        FakeRequest first = beginPost();
        FakeRequest second = post("4b");
        assertThat(first.isReset()).isTrue();
        assertThat(second.answer()).isEqualTo("400 ");
        assertThat(application.received).containsExactly("closed PROTOCOL_ERROR");

        socket.post(first.exchange(), "4a".getBytes(StandardCharsets.UTF_8));
        assertThat(application.received).containsExactly("closed PROTOCOL_ERROR");
    }

    @Test
    void a_post_that_its_client_breaks_off_ends_the_connection() {
        beginPost().abandon();
        turn();
        assertThat(application.received).containsExactly("closed CONNECTION_LOST");
    }

    @Test
    void an_incomplete_post_ends_with_its_connection() {
        FakeRequest post = beginPost();
        socket.fail(CloseReason.HEARTBEAT_TIMEOUT);
        turn();
        assertThat(post.answer()).startsWith("400 ").contains("Session ID unknown");
    }

    /** After an error the client would connect again, without the packets that end its connection. */
    @Test
    void an_incomplete_post_is_taken_and_ignored_when_the_connection_closes() {
        fetchOpen();
        FakeRequest post = beginPost();
        socket.close();
        turn();
        assertThat(post.isAnswered()).isFalse();
        socket.post(post.exchange(), "4a".getBytes(StandardCharsets.UTF_8));
        turn();
        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(application.received).containsExactly("closed NORMAL");
        assertThat(get().answer()).isEqualTo("200 1");
    }

    @Test
    void a_post_whose_body_was_refused_is_not_in_the_way_of_the_next() {
        FakeRequest refused = beginPost();
        socket.abandonPost(refused.exchange());
        assertThat(post("4a").answer()).isEqualTo("200 ok");
        assertThat(application.received).containsExactly("text a");
    }

    @Test
    void the_rest_of_a_post_is_dropped_when_the_connection_ends_within_it() {
        application.whenText = socket::close;
        FakeRequest post = post("4a\u001e4b");
        assertThat(application.received).containsExactly("text a", "closed NORMAL");
        assertThat(post.answer()).isEqualTo("200 ok");
    }

    @Test
    void a_post_that_waits_is_answered_when_the_connection_ends() {
        application.whenText = socket::pause;
        FakeRequest post = post("4a\u001e4b");
        socket.close();
        turn();
        assertThat(post.answer()).isEqualTo("200 ok");
    }

    @Test
    void a_released_poll_ends_with_nothing_and_the_next_one_waits() {
        fetchOpen();
        FakeRequest poll = get();
        socket.release();
        turn();
        assertThat(poll.answer()).isEqualTo("200 6");
        socket.release();
        assertThat(get().isAnswered()).isFalse();
        assertThat(application.received).isEmpty();
    }
}
