package dev.atrium.transport.engineio;

import io.smallrye.mutiny.Uni;

/** Knows where the other replicas are. Any thread. */
public interface Replicas {

    /** Where a replica is reached over HTTP, {@code host:port}; null if it is not alive. */
    Uni<String> addressOf(String node);
}
