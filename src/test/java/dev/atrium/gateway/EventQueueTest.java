package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.session.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The queue of one subscriber: what it is handed, when, and what ends it. */
class EventQueueTest {

    private static final int CAPACITY = 4;

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Subscriber subscriber = new Subscriber();
    private final List<EventQueue> cancelled = new ArrayList<>();
    private final EventQueue[] others = new EventQueue[1];
    private boolean busy;
    private final EventQueue queue = new EventQueue(subscriber, Event.Refused.class, CAPACITY, this::execute, cancelled::add);

    private static class Subscriber implements Flow.Subscriber<Event> {

        private final List<Event> received = new ArrayList<>();
        private final List<Throwable> failures = new ArrayList<>();
        private boolean fails;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            throw new AssertionError("the queue is the subscription");
        }

        @Override
        public void onNext(Event event) {
            received.add(event);
            if (fails) {
                throw new IllegalStateException("on purpose");
            }
        }

        @Override
        public void onError(Throwable failure) {
            failures.add(failure);
        }

        @Override
        public void onComplete() {
            throw new AssertionError("events do not end");
        }
    }

    @Test
    void only_what_was_requested_is_handed_over() {
        add(1, 2, 3);
        turn();
        assertThat(subscriber.received).isEmpty();
        queue.request(1);
        turn();
        assertThat(subscriber.received).containsExactly(event(1));
        queue.request(1);
        queue.request(5);
        turn();
        assertThat(subscriber.received).containsExactly(event(1), event(2), event(3));
        add(4);
        turn();
        assertThat(subscriber.received).last().isEqualTo(event(4));
    }

    @Test
    void nothing_is_handed_over_on_the_thread_that_adds() {
        queue.request(10);
        turn();
        add(1);
        assertThat(subscriber.received).isEmpty();
        assertThat(tasks).hasSize(1);
        add(2);
        assertThat(tasks).hasSize(1);
        turn();
        assertThat(subscriber.received).containsExactly(event(1), event(2));
    }

    @Test
    void an_event_added_while_events_are_handed_over_follows_in_the_same_turn() {
        Subscriber adding = new Subscriber() {
            @Override
            public void onNext(Event event) {
                super.onNext(event);
                if (event.equals(EventQueueTest.event(1))) {
                    others[0].add(EventQueueTest.event(2));
                }
            }
        };
        others[0] = new EventQueue(adding, Event.class, CAPACITY, this::execute, cancelled::add);
        others[0].request(10);
        others[0].add(event(1));
        tasks.poll().run();
        assertThat(tasks).isEmpty();
        assertThat(adding.received).containsExactly(event(1), event(2));
    }

    @Test
    void an_event_that_does_not_fit_is_counted_and_so_are_all_before_the_count_was_sent() {
        add(1, 2, 3, 4);
        assertThat(queue.add(event(5))).isFalse();
        queue.request(2);
        turn();
        assertThat(queue.add(event(6))).isFalse();
        queue.request(2);
        turn();
        assertThat(subscriber.received).containsExactly(event(1), event(2), event(3), event(4));
        assertThat(queue.add(event(7))).isFalse();
        queue.request(2);
        turn();
        assertThat(subscriber.received).hasSize(5).last().isEqualTo(new Event.Missed(3));
        assertThat(queue.add(event(8))).isTrue();
        turn();
        assertThat(subscriber.received).hasSize(6).last().isEqualTo(event(8));
    }

    @Test
    void a_subscriber_that_throws_is_sent_its_failure_and_nothing_more() {
        subscriber.fails = true;
        add(1, 2);
        queue.request(10);
        turn();
        add(3);
        turn();
        assertThat(subscriber.received).containsExactly(event(1));
        assertThat(subscriber.failures).singleElement().satisfies(failure -> assertThat(failure).hasMessage("on purpose"));
        assertThat(cancelled).containsExactly(queue);
    }

    @Test
    void a_request_for_less_than_one_ends_the_subscription() {
        add(1);
        queue.request(-1);
        queue.request(10);
        turn();
        assertThat(subscriber.received).isEmpty();
        assertThat(subscriber.failures).singleElement()
                .satisfies(failure -> assertThat(failure).isInstanceOf(IllegalArgumentException.class));
        assertThat(cancelled).containsExactly(queue);
    }

    @Test
    void a_subscription_is_cancelled_once_and_hands_over_nothing_afterwards() {
        add(1);
        queue.cancel();
        queue.cancel();
        queue.request(10);
        turn();
        assertThat(cancelled).containsExactly(queue);
        assertThat(subscriber.received).isEmpty();
        assertThat(subscriber.failures).isEmpty();
    }

    @Test
    void queued_events_are_released_when_the_subscription_is_cancelled() {
        add(1, 2, 3, 4);
        queue.cancel();
        turn();
        assertThat(queue.add(event(5))).isTrue();
    }

    @Test
    void a_full_worker_pool_fails_no_subscriber_and_the_next_event_tries_again() {
        queue.request(10);
        turn();
        busy = true;
        add(1);
        assertThat(tasks).isEmpty();
        busy = false;
        add(2);
        turn();
        assertThat(subscriber.received).containsExactly(event(1), event(2));
    }

    @Test
    void a_queue_knows_which_events_it_is_for() {
        assertThat(queue.kind()).isEqualTo(Event.Refused.class);
    }

    private void execute(Runnable task) {
        if (busy) {
            throw new RejectedExecutionException("full");
        }
        tasks.add(task);
    }

    private void add(int... codes) {
        for (int code : codes) {
            assertThat(queue.add(event(code))).isTrue();
        }
    }

    private static Event event(int code) {
        return new Event.Refused(Transport.PLAIN, code);
    }

    private void turn() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
