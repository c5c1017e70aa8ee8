package dev.atrium.gateway;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Event stream of this replica: connections, published and delivered messages, denials. Each subscriber has a queue of
 * {@value #QUEUE} events that is drained on a worker thread. A slow subscriber loses events, and receives their count as
 * {@link Event.Missed}; it never slows a room down. Any thread.
 */
@Singleton
public final class Events {

    private static final Logger LOG = Logger.getLogger(Events.class);

    /** Capacity of one subscriber's queue, in events. */
    static final int QUEUE = 16_384;

    private final List<EventQueue> queues = new CopyOnWriteArrayList<>();
    private final EventObserver[] observers;
    private final ThrottledLog failedObservers = ThrottledLog.ofSeveral(LOG);
    private final LongAdder dropped = new LongAdder();

    @Inject
    Events(@Any Instance<EventObserver> observers) {
        this.observers = observers.stream().toArray(EventObserver[]::new);
    }

    public Events(EventObserver... observers) {
        this.observers = observers;
    }

    /** Emits an event to observers and subscribers. Never blocks and never fails. */
    public void emit(Event event) {
        for (EventObserver observer : observers) {
            try {
                observer.observed(event);
            } catch (RuntimeException e) {
                failedObservers.error("An observer failed on " + event.getClass().getSimpleName(), e);
            }
        }
        for (EventQueue queue : queues) {
            if (queue.kind().isInstance(event) && !queue.add(event)) {
                dropped.increment();
            }
        }
    }

    /** Returns whether that kind has a subscriber: events that come with every message are only created for one. */
    public boolean isWanted(Class<? extends Event> kind) {
        for (EventQueue queue : queues) {
            if (queue.kind().isAssignableFrom(kind)) {
                return true;
            }
        }
        return false;
    }

    /** All events from the subscription on, without an end. Items are emitted on worker threads, one after the other. */
    public Multi<Event> stream() {
        return stream(Event.class);
    }

    /**
     * Events of one kind: other kinds take no room in the queue. {@link Event.Missed} is emitted for every kind.
     *
     * @param kind {@link Event.Life}, {@link Event.Accepted} …
     */
    public Multi<Event> stream(Class<? extends Event> kind) {
        return Multi.createFrom().publisher(subscriber -> {
            EventQueue queue = new EventQueue(subscriber, kind, QUEUE, Infrastructure.getDefaultWorkerPool(), queues::remove);
            queues.add(queue);
            subscriber.onSubscribe(queue);
        });
    }

    /**
     * Calls the subscriber with every event of that kind from now on. An exception of one call is logged, and the following
     * calls are made.
     *
     * @param name of the subscriber, for the log
     */
    public <T extends Event> void subscribe(String name, Class<T> kind, Consumer<T> subscriber) {
        // Of this one alone: another that fails at each event must not hide its failures.
        ThrottledLog failures = ThrottledLog.ofSeveral(LOG);
        stream(kind).subscribe().with(event -> {
            try {
                if (kind.isInstance(event)) {
                    subscriber.accept(kind.cast(event));
                }
            } catch (RuntimeException e) {
                failures.error("Event subscriber " + name + " failed on " + event.getClass().getSimpleName(), e);
            }
        }, failure -> LOG.errorf(failure, "Event subscriber %s receives no more events", name));
    }

    /** Events that slow subscribers lost since startup. */
    public long dropped() {
        return dropped.sum();
    }
}
