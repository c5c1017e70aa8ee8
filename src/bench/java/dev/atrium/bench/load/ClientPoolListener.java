package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;

/** What a workload wants to know of its clients. Called on the load loop. */
public interface ClientPoolListener {

    /** The client is in its room. */
    default void joined(Client client) {
    }

    /** A message came; its text begins at {@code textAt}. */
    default void delivered(Client client, ByteBuf in, int textAt) {
    }
}
