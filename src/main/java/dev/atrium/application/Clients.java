package dev.atrium.application;

import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.Gateway;
import dev.atrium.room.Audience;
import dev.atrium.room.Sender;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** All clients, for code that stands outside of any handler. Any thread. */
@Singleton
public final class Clients {

    private final Gateway gateway;
    private final Cluster cluster;
    private final Operations operations;

    Clients(Gateway gateway, Cluster cluster, Operations operations) {
        this.gateway = gateway;
        this.cluster = cluster;
        this.operations = operations;
    }

    /** Those in a namespace, on all replicas. */
    public Broadcast in(String namespace) {
        return in(namespace, null);
    }

    /** Those of this replica alone. */
    public Crowd here(String namespace, Audience audience) {
        return new Crowd(gateway, cluster, namespace, audience);
    }

    Broadcast in(String namespace, Sender from) {
        return new Broadcast(gateway, operations, namespace, from);
    }

    /** Ends a client's stay in a namespace, on whatever replica it is; says whether it was there. */
    public Uni<Boolean> disconnect(String namespace, String id) {
        return Broadcast.started(gateway.disconnect(namespace, id));
    }
}
