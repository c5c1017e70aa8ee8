package dev.atrium.session;

import io.smallrye.mutiny.Uni;
import java.util.function.Consumer;

/** A connection whose client can be made to wait. On its event loop only. */
public interface Pausable {

    /** Handles no more of its client's messages until {@link #resume} has been called as often. */
    void pause();

    /** Goes on with what has waited, in its order. */
    void resume();

    /**
     * Handles nothing else of this client until the work is done, so that its messages take effect in their order. What it
     * sends meanwhile waits, in the end on its own side.
     *
     * @param work completes on the connection's event loop
     */
    default <T> void await(Uni<T> work, Consumer<? super T> item, Consumer<Throwable> failure) {
        pause();
        work.subscribe().with(
                result -> {
                    try {
                        item.accept(result);
                    } finally {
                        resume();
                    }
                },
                cause -> {
                    try {
                        failure.accept(cause);
                    } finally {
                        resume();
                    }
                });
    }
}
