package dev.atrium.application;

import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.RoomService;
import dev.atrium.room.Audience;
import dev.atrium.room.Sender;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** All clients, for code that stands outside of any handler. Any thread. */
@Singleton
public final class Clients {

    private final RoomService service;
    private final Cluster cluster;
    private final Operations operations;

    Clients(RoomService service, Cluster cluster, Operations operations) {
        this.service = service;
        this.cluster = cluster;
        this.operations = operations;
    }

    RoomService service() {
        return service;
    }

    /** Those in a namespace, on all replicas. */
    public Broadcast in(String namespace) {
        return in(namespace, null);
    }

    /** Those of this replica alone. */
    public LocalClients here(String namespace, Audience audience) {
        return new LocalClients(service, cluster, namespace, audience);
    }

    Broadcast in(String namespace, Sender from) {
        return new Broadcast(service, operations, namespace, from);
    }

    /** Ends a client's stay in a namespace, on whatever replica it is; says whether it was there. */
    public Uni<Boolean> disconnect(String namespace, String id) {
        return Broadcast.started(service.disconnect(namespace, id));
    }
}
