package dev.atrium.application;

import dev.atrium.gateway.Gateway;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** All clients, for code that stands outside of any handler. Any thread. */
@Singleton
public final class Clients {

    private final Gateway gateway;

    Clients(Gateway gateway) {
        this.gateway = gateway;
    }

    /** Those in a namespace, on all replicas. */
    public Broadcast in(String namespace) {
        return new Broadcast(gateway, namespace, null);
    }

    /** Ends a client's stay in a namespace, on whatever replica it is; says whether it was there. */
    public Uni<Boolean> disconnect(String namespace, String id) {
        return Broadcast.started(gateway.disconnect(namespace, id));
    }
}
