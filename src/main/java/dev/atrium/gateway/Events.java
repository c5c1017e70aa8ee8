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
 * The stream of what happens on this replica: who connects, what is published and delivered, who is refused. Each subscriber has a
 * queue of {@value #QUEUE} events and its own turn on a worker thread: a slow one loses events, and is sent their count as
 * {@link Event.Missed}; it never slows a room. Any thread.
 */
@Singleton
public final class Events {

    private static final Logger LOG = Logger.getLogger(Events.class);

    /** Events that may wait for one subscriber. */
    static final int QUEUE = 16_384;

    private final List<EventQueue> queues = new CopyOnWriteArrayList<>();
    private final EventObserver[] observers;
    private final LongAdder dropped = new LongAdder();

    @Inject
    Events(@Any Instance<EventObserver> observers) {
        this.observers = observers.stream().toArray(EventObserver[]::new);
    }

    /** With these observers. */
    public Events(EventObserver... observers) {
        this.observers = observers;
    }

    /** Tells what happened. Never blocks and never fails. */
    public void emit(Event event) {
        for (EventObserver observer : observers) {
            try {
                observer.observed(event);
            } catch (RuntimeException e) {
                LOG.errorf(e, "An observer failed on %s", event.getClass().getSimpleName());
            }
        }
        for (EventQueue queue : queues) {
            if (queue.kind().isInstance(event) && !queue.add(event)) {
                dropped.increment();
            }
        }
    }

    /** Whether somebody subscribes to that kind of event: those that come with each message are not made for nobody. */
    public boolean isWanted(Class<? extends Event> kind) {
        for (EventQueue queue : queues) {
            if (queue.kind().isAssignableFrom(kind)) {
                return true;
            }
        }
        return false;
    }

    /** Everything from the subscription on. It does not end by itself. Items come on worker threads, one after the other. */
    public Multi<Event> stream() {
        return stream(Event.class);
    }

    /**
     * The same for one kind of event: others take no room in the queue. {@link Event.Missed} is for all of them.
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
     * Calls the subscriber with everything of that kind from now on; a call that throws is logged, and costs it no other.
     *
     * @param name of the subscriber, for the log
     */
    public <T extends Event> void subscribe(String name, Class<T> kind, Consumer<T> subscriber) {
        stream(kind).subscribe().with(event -> {
            try {
                if (kind.isInstance(event)) {
                    subscriber.accept(kind.cast(event));
                }
            } catch (RuntimeException e) {
                LOG.errorf(e, "Event subscriber %s failed on %s", name, event.getClass().getSimpleName());
            }
        }, failure -> LOG.errorf(failure, "Event subscriber %s hears no more", name));
    }

    /** Events that slow subscribers lost, since the start. */
    public long dropped() {
        return dropped.sum();
    }
}
