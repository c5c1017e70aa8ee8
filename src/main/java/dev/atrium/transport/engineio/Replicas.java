package dev.atrium.transport.engineio;

import io.smallrye.mutiny.Uni;

/** Directory of the other replicas' addresses. Any thread. */
public interface Replicas {

    /** Returns the HTTP address of a replica, {@code host:port}; null if the replica is not alive. */
    Uni<String> addressOf(String node);
}
