package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;

/** Listener of a workload for the events of its clients. Called on the load loop. */
public interface ClientPoolListener {

    /** The client has joined its room. */
    default void joined(Client client) {
    }

    /** A message has arrived; its text begins at index {@code textAt}. */
    default void delivered(Client client, ByteBuf in, int textAt) {
    }
}
