package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.BackplaneUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which publications are sent, wait or fail while Redis does not answer. */
class PublicationLimiterTest {

    /** Of a heap of four thousand bytes, two hundred may be sent and four hundred wait. */
    private final PublicationLimiter limiter = new PublicationLimiter(4_000);
    private final List<String> sent = new ArrayList<>();
    private final List<Promise<String>> unanswered = new ArrayList<>();

    private Future<String> publish(String name, long bytes) {
        return limiter.send(bytes, () -> {
            sent.add(name);
            Promise<String> reply = Promise.promise();
            unanswered.add(reply);
            return reply.future();
        });
    }

    private void answer() {
        unanswered.remove(0).complete("done");
    }

    @Test
    void publications_within_the_limit_are_sent_at_once() {
        Future<String> reply = publish("a", 100);
        publish("b", 100);
        assertThat(sent).containsExactly("a", "b");
        answer();
        assertThat(reply.result()).isEqualTo("done");
    }

    @Test
    void those_beyond_it_wait_and_are_sent_in_their_order() {
        publish("a", 150);
        Future<String> second = publish("b", 60);
        Future<String> third = publish("c", 10);
        assertThat(sent).as("c does not overtake b").containsExactly("a");
        answer();
        assertThat(sent).containsExactly("a", "b", "c");
        assertThat(second.isComplete()).isFalse();
        answer();
        answer();
        assertThat(second.result()).isEqualTo("done");
        assertThat(third.result()).isEqualTo("done");
        publish("d", 200);
        assertThat(sent).endsWith("d");
    }

    @Test
    void they_count_from_the_call_until_their_reply() {
        publish("sent", 200);
        publish("waiting", 300);
        publish("too much", 200);
        assertThat(limiter.isIdle()).isFalse();
        answer();
        assertThat(limiter.isIdle()).isFalse();
        answer();
        assertThat(limiter.isIdle()).isTrue();
    }

    @Test
    void one_that_is_larger_than_the_limit_is_sent_alone() {
        publish("large", 250);
        publish("larger", 300);
        assertThat(sent).containsExactly("large");
        answer();
        assertThat(sent).containsExactly("large", "larger");
    }

    @Test
    void beyond_the_second_limit_they_fail_without_having_been_sent() {
        publish("a", 200);
        publish("b", 300);
        Future<String> tooMuch = publish("c", 101);
        assertThat(tooMuch.cause()).isInstanceOfSatisfying(BackplaneUnavailableException.class,
                failure -> assertThat(failure.mayHaveTakenEffect()).isFalse());
        assertThat(publish("d", 100).isComplete()).isFalse();
        answer();
        answer();
        assertThat(sent).containsExactly("a", "b", "d");
    }

    @Test
    void one_that_cannot_be_encoded_fails_alone() {
        publish("first", 200);
        Future<Object> broken = limiter.send(200, () -> {
            throw new IllegalArgumentException("on purpose");
        });
        Future<String> last = publish("last", 200);
        answer();
        assertThat(broken.cause()).hasMessage("on purpose");
        answer();
        assertThat(last.result()).isEqualTo("done");
    }

    @Test
    void failures_count_as_answers_and_do_not_recurse() {
        publish("first", 200);
        List<Future<Object>> failing = IntStream.range(0, 400)
                .mapToObj(i -> limiter.send(1, () -> Future.failedFuture("no connection"))).toList();
        answer();
        assertThat(failing).allMatch(Future::failed);
        publish("last", 200);
        assertThat(sent).containsExactly("first", "last");
    }
}
