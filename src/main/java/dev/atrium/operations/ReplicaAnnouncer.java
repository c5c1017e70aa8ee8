package dev.atrium.operations;

import dev.atrium.backplane.Backplane;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Announces this replica's address to the other replicas, once the HTTP server listens. */
@Singleton
final class ReplicaAnnouncer {

    private static final Logger LOG = Logger.getLogger(ReplicaAnnouncer.class);

    private static final String ANY_ADDRESS = "0.0.0.0";

    private final Backplane backplane;
    private final ListeningAddress address;
    private final String boundTo;
    private final ReplicaConfig config;

    ReplicaAnnouncer(Backplane backplane, ListeningAddress address, ReplicaConfig config,
            @ConfigProperty(name = "quarkus.http.host") String boundTo) {
        this.backplane = backplane;
        this.address = address;
        this.config = config;
        this.boundTo = boundTo;
    }

    void listening(@ObservesAsync HttpServerStart started) throws UnknownHostException {
        String host = host();
        address.whenKnown().subscribe().with(base -> backplane.announce(host + ":" + base.getPort()),
                failure -> LOG.errorf("Other replicas cannot forward requests to this one, its port is not known: %s",
                        failure.getMessage()));
    }

    private String host() throws UnknownHostException {
        Optional<String> configured = config.host();
        if (configured.isPresent()) {
            return configured.get();
        }
        return boundTo.equals(ANY_ADDRESS) ? InetAddress.getLocalHost().getHostAddress() : boundTo;
    }
}
