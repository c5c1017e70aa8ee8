package dev.atrium.application;

import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.RoomService;
import dev.atrium.room.Audience;
import dev.atrium.room.Sender;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Set;

/** All clients, for code outside of a handler. Any thread. */
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

    /** Broadcast to the clients of a namespace, on all replicas. */
    public Broadcast in(String namespace) {
        return in(namespace, null);
    }

    /** The clients of this replica that belong to an audience. */
    public LocalClients here(String namespace, Audience audience) {
        return new LocalClients(service, cluster, namespace, audience);
    }

    Broadcast in(String namespace, Sender from) {
        return new Broadcast(service, operations, namespace, from, Set.of(), Set.of());
    }

    /** Disconnects a client from a namespace, on whatever replica it is. Returns whether it was connected. */
    public Uni<Boolean> disconnect(String namespace, String id) {
        return Broadcast.started(service.disconnect(namespace, id));
    }
}
