package dev.atrium.gateway;

import dev.atrium.session.Pausable;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Send window of one client: bounds its messages that the backplane has not acknowledged. A client that publishes faster than
 * the backplane accepts is read more slowly. On the connection's event loop only.
 */
public final class SendWindow {

    private static final int MAX_UNACKNOWLEDGED = 256;

    private final Pausable connection;
    private final Executor loop;
    private final int most;
    private int onTheWay;
    private boolean full;

    /**
     * A window of the default size.
     *
     * @param loop runs tasks on the connection's event loop
     */
    public SendWindow(Pausable connection, Executor loop) {
        this(connection, loop, MAX_UNACKNOWLEDGED);
    }

    /** @param most maximum number of unacknowledged messages */
    public SendWindow(Pausable connection, Executor loop, int most) {
        this.connection = connection;
        this.loop = loop;
        this.most = most;
    }

    /** Counts the work as one message until it completes. The result is delivered on the connection's event loop. */
    public <T> void submit(Uni<T> work, Consumer<? super T> result, Consumer<ErrorReply> failure) {
        sent();
        work.subscribe().with(
                item -> loop.execute(() -> answer(() -> give(item, result, failure))),
                cause -> loop.execute(() -> answer(() -> failure.accept(ErrorReply.of(cause)))));
    }

    /** A result that cannot be written is a failure: its client would wait for the reply for ever. */
    private static <T> void give(T item, Consumer<? super T> result, Consumer<ErrorReply> failure) {
        try {
            result.accept(item);
        } catch (RuntimeException | StackOverflowError e) {
            failure.accept(ErrorReply.of(e));
        }
    }

    private void answer(Runnable reply) {
        try {
            reply.run();
        } finally {
            answered();
        }
    }

    private void sent() {
        if (++onTheWay == most) {
            full = true;
            connection.pause();
        }
    }

    private void answered() {
        if (--onTheWay <= most / 2 && full) {
            full = false;
            connection.resume();
        }
    }
}
