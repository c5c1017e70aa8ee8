package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.session.Transport;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Stream of events: what a subscriber receives, and how it learns about events that it missed. */
class EventsTest {

    private static final Event FIRST = new Event.Refused(Transport.PLAIN, 400);
    private static final Event SECOND = new Event.Refused(Transport.PLAIN, 503);

    /** Subscriber that records its events. It receives only as many as the test has requested. */
    private static final class Subscriber implements Flow.Subscriber<Event> {

        private final List<Event> received = new CopyOnWriteArrayList<>();
        private volatile Flow.Subscription subscription;
        private volatile Throwable failure;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(Event event) {
            received.add(event);
        }

        @Override
        public void onError(Throwable cause) {
            failure = cause;
        }

        @Override
        public void onComplete() {
            throw new AssertionError("events do not end");
        }
    }

    @Test
    void each_subscriber_receives_what_happens_from_its_subscription_on_and_in_order() {
        Events events = new Events();
        events.emit(FIRST);
        Subscriber early = subscribe(events, Event.class);
        early.subscription.request(10);
        events.emit(FIRST);
        Subscriber late = subscribe(events, Event.class);
        late.subscription.request(10);
        events.emit(SECOND);
        await().untilAsserted(() -> {
            assertThat(early.received).containsExactly(FIRST, SECOND);
            assertThat(late.received).containsExactly(SECOND);
        });
    }

    @Test
    void a_subscriber_that_is_too_slow_is_sent_the_count_of_the_events_that_it_missed() {
        Events events = new Events();
        Subscriber slow = subscribe(events, Event.class);
        for (int i = 0; i < Events.QUEUE + 7; i++) {
            events.emit(FIRST);
        }
        assertThat(events.dropped()).isEqualTo(7);
        slow.subscription.request(Long.MAX_VALUE);
        await().untilAsserted(() -> assertThat(slow.received).hasSize(Events.QUEUE + 1));
        assertThat(slow.received.get(Events.QUEUE)).isEqualTo(new Event.Missed(7));
        events.emit(SECOND);
        await().untilAsserted(() -> assertThat(slow.received).last().isEqualTo(SECOND));
    }

    @Test
    void observers_count_also_what_no_queue_has_room_for() {
        AtomicInteger count = new AtomicInteger();
        Events events = new Events(event -> count.incrementAndGet());
        subscribe(events, Event.class);
        for (int i = 0; i < Events.QUEUE + 7; i++) {
            events.emit(FIRST);
        }
        assertThat(count).hasValue(Events.QUEUE + 7);
    }

    @Test
    void other_kinds_of_event_take_no_room_in_the_queue() {
        Events events = new Events();
        Subscriber rare = subscribe(events, Event.Denied.class);
        for (int i = 0; i < Events.QUEUE + 7; i++) {
            events.emit(FIRST);
        }
        assertThat(events.dropped()).isZero();
        assertThat(events.isWanted(Event.Denied.class)).isTrue();
        assertThat(events.isWanted(Event.Delivered.class)).isFalse();
        rare.subscription.cancel();
        assertThat(events.isWanted(Event.Denied.class)).isFalse();
    }

    @Test
    void a_subscriber_that_has_cancelled_receives_nothing() {
        Events events = new Events();
        Subscriber gone = subscribe(events, Event.class);
        gone.subscription.request(10);
        gone.subscription.cancel();
        Subscriber witness = subscribe(events, Event.class);
        witness.subscription.request(10);
        events.emit(FIRST);
        await().untilAsserted(() -> assertThat(witness.received).containsExactly(FIRST));
        assertThat(gone.received).isEmpty();
    }

    @Test
    void a_request_for_nothing_is_a_mistake_of_the_subscriber() {
        Subscriber wrong = subscribe(new Events(), Event.class);
        wrong.subscription.request(0);
        await().untilAsserted(
                () -> assertThat(wrong.failure).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("3.9"));
    }

    @Test
    void a_consumer_that_throws_is_called_again() {
        Events events = new Events();
        List<Event> received = new CopyOnWriteArrayList<>();
        events.subscribe("test", Event.Refused.class, event -> {
            received.add(event);
            throw new IllegalStateException("on purpose");
        });
        events.emit(FIRST);
        events.emit(SECOND);
        await().untilAsserted(() -> assertThat(received).containsExactly(FIRST, SECOND));
    }

    private static Subscriber subscribe(Events events, Class<? extends Event> kind) {
        Subscriber subscriber = new Subscriber();
        events.stream(kind).subscribe().withSubscriber(subscriber);
        return subscriber;
    }
}
