package dev.atrium.transport.socketio;

import dev.atrium.gateway.Gateway;
import dev.atrium.transport.engineio.Replicas;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** The replicas that share the backplane. */
@Singleton
final class GatewayReplicas implements Replicas {

    private final Gateway gateway;

    GatewayReplicas(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public Uni<String> addressOf(String node) {
        return gateway.addressOf(node);
    }
}
