package dev.atrium.bench.server;

import java.util.OptionalLong;

/** A running server. */
public interface Server extends AutoCloseable {

    int port();

    ServerProcess process();

    /** Runs the garbage collector, if the server offers a way to request it. */
    default void collectGarbage() {
    }

    /** Used heap in bytes, if the server reports it. */
    default OptionalLong heapBytes() {
        return OptionalLong.empty();
    }

    @Override
    default void close() {
        process().close();
    }
}
