package dev.atrium.gateway;

import io.smallrye.mutiny.helpers.Subscriptions;
import io.smallrye.mutiny.helpers.queues.Queues;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Bounded event queue of one subscriber. Events are added on any thread and emitted on the executor, one after the other.
 * Events that do not fit are counted, and the subscriber receives the count in their place.
 */
final class EventQueue implements Flow.Subscription {

    private static final Logger LOG = Logger.getLogger(EventQueue.class);

    private final Flow.Subscriber<? super Event> subscriber;
    private final Class<? extends Event> kind;
    private final Executor executor;
    private final Consumer<EventQueue> cancelled;
    private final Queue<Event> queue;
    private final AtomicLong requested = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private final AtomicInteger work = new AtomicInteger();
    private volatile boolean over;
    private volatile Throwable failure;

    /**
     * @param kind the only kind of events that this subscriber receives, with {@link Event.Missed}
     * @param cancelled called when the subscription ends
     */
    EventQueue(Flow.Subscriber<? super Event> subscriber, Class<? extends Event> kind, int capacity, Executor executor,
            Consumer<EventQueue> cancelled) {
        this.subscriber = subscriber;
        this.kind = kind;
        this.executor = executor;
        this.cancelled = cancelled;
        this.queue = Queues.createMpscArrayQueue(capacity);
    }

    Class<? extends Event> kind() {
        return kind;
    }

    /** Adds an event. Returns whether the queue had room for it. Any thread. */
    boolean add(Event event) {
        boolean taken = missed.get() == 0 && queue.offer(event);
        if (!taken) {
            missed.incrementAndGet();
        }
        schedule();
        return taken;
    }

    @Override
    public void request(long count) {
        if (count <= 0) {
            failure = new IllegalArgumentException("request: expected a positive number (Reactive Streams, rule 3.9)");
        } else {
            Subscriptions.add(requested, count);
        }
        schedule();
    }

    @Override
    public void cancel() {
        if (!over) {
            over = true;
            cancelled.accept(this);
        }
    }

    private void schedule() {
        if (work.getAndIncrement() == 0) {
            try {
                executor.execute(this::drain);
            } catch (RejectedExecutionException e) {
                // The workers are busy or shut down: the next event tries again. The emitter of the event must not fail because of it.
                work.set(0);
            }
        }
    }

    private void drain() {
        int done = 1;
        do {
            handOver();
            done = work.addAndGet(-done);
        } while (done != 0);
    }

    private void handOver() {
        while (!over && failure == null && requested.get() > 0) {
            Event event = queue.poll();
            if (event == null) {
                // Emitted behind every event that came before the first missed one.
                long count = missed.getAndSet(0);
                if (count == 0) {
                    return;
                }
                event = new Event.Missed(count);
            }
            Subscriptions.produced(requested, 1);
            try {
                subscriber.onNext(event);
            } catch (Throwable e) {
                LOG.error("A subscriber of events failed, and receives no more", e);
                failure = e;
            }
        }
        if (failure != null && !over) {
            cancel();
            subscriber.onError(failure);
        }
        if (over) {
            queue.clear();
        }
    }
}
