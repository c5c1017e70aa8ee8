package dev.atrium.gateway;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import io.smallrye.mutiny.operators.multi.processors.SerializedProcessor;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The stream of what happened on this replica. Each subscriber has a bounded queue and its own turn on a worker thread: one
 * that is slow loses events, which is counted, and one that fails is logged; neither slows a room.
 */
@Singleton
public final class Events {

    private static final Logger LOG = Logger.getLogger(Events.class);

    /** Events that may wait for one subscriber. */
    private static final int QUEUE = 16_384;

    private final BroadcastProcessor<Event> stream = BroadcastProcessor.create();
    /** Event loops emit at the same time; subscribers are told one after the other. */
    private final SerializedProcessor<Event, Event> inlet = stream.serialized();
    private final LongAdder dropped = new LongAdder();

    /** Tells what happened. Any thread; never blocks and never fails. */
    public void emit(Event event) {
        inlet.onNext(event);
    }

    /**
     * Hears of everything of that kind from now on, on worker threads, one event after the other.
     *
     * @param name of the subscriber, for the log
     */
    public <T extends Event> void subscribe(String name, Class<T> kind, Consumer<T> subscriber) {
        // Before the queue: whoever waits for what is rare is not to lose it to messages, nor to wake up for each.
        stream.select().where(kind::isInstance).map(kind::cast)
                .onOverflow().invoke(ignored -> dropped.increment()).drop()
                .emitOn(Infrastructure.getDefaultWorkerPool(), QUEUE)
                .subscribe().with(event -> {
                    try {
                        subscriber.accept(event);
                    } catch (RuntimeException e) {
                        LOG.errorf(e, "Event subscriber %s failed on %s", name, event.getClass().getSimpleName());
                    }
                }, failure -> LOG.errorf(failure, "Event subscriber %s hears no more", name));
    }

    /** Events that a slow subscriber lost, since the start. */
    public long dropped() {
        return dropped.sum();
    }
}
