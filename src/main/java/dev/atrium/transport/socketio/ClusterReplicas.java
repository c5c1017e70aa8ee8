package dev.atrium.transport.socketio;

import dev.atrium.gateway.Cluster;
import dev.atrium.transport.engineio.Replicas;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** Directory of the replicas that share the backplane. */
@Singleton
final class ClusterReplicas implements Replicas {

    private final Cluster cluster;

    ClusterReplicas(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Uni<String> addressOf(String node) {
        return cluster.addressOf(node);
    }
}
