package dev.atrium.operations;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Settings of this replica among the others. */
@ConfigMapping(prefix = "atrium.replica")
public interface ReplicaConfig {

    /**
     * The host name or address at which the other replicas reach this one, for example that of its pod. Without it, the address
     * that its HTTP server is bound to, or if that is every one, that of the machine.
     */
    Optional<String> host();
}
