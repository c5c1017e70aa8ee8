package dev.atrium.bench.server;

import java.util.OptionalLong;

/** A running server. */
public interface Server extends AutoCloseable {

    int port();

    ServerProcess process();

    /** Has the garbage collected, where there is a way to ask for it. */
    default void collectGarbage() {
    }

    /** Heap in use, where the server tells it. */
    default OptionalLong heapBytes() {
        return OptionalLong.empty();
    }

    @Override
    default void close() {
        process().close();
    }
}
