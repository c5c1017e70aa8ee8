package dev.atrium.operations;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Settings of this replica in its cluster. */
@ConfigMapping(prefix = "atrium.replica")
public interface ReplicaConfig {

    /**
     * Host name or address, without a port, at which the other replicas reach this one, for example that of its pod. Absent:
     * the address that the HTTP server is bound to or, if that is every address, that of the machine.
     */
    Optional<String> host();
}
