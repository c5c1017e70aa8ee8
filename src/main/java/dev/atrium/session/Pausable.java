package dev.atrium.session;

import io.smallrye.mutiny.Uni;
import java.util.function.Consumer;

/** Connection whose incoming messages can be paused. On its event loop only. */
public interface Pausable {

    /** Stops handling the client's messages until {@link #resume} has been called as often. */
    void pause();

    /** Continues with the messages that have waited, in their order. */
    void resume();

    /**
     * Pauses the client's messages until the work is done, so that they take effect in their order. What the client sends
     * meanwhile is buffered, and finally waits on the client's side.
     *
     * @param work completes on the connection's event loop
     */
    default <T> void await(Uni<T> work, Consumer<? super T> item, Consumer<Throwable> failure) {
        pause();
        work.subscribe().with(result -> resumeAfter(() -> item.accept(result)),
                cause -> resumeAfter(() -> failure.accept(cause)));
    }

    private void resumeAfter(Runnable handler) {
        try {
            handler.run();
        } finally {
            resume();
        }
    }
}
