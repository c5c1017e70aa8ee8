package dev.atrium.transport.admission;

import dev.atrium.gateway.AuditLog;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Identity;
import dev.atrium.security.Limit;
import dev.atrium.security.LimitException;
import dev.atrium.security.SecurityConfig;
import dev.atrium.session.RequestMemory;
import dev.atrium.session.Transport;
import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Singleton;
import java.net.SocketAddress;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Limits on the time of requests and responses, and on connections that have sent no request yet. Any thread. */
@Singleton
final class SlowRequests {

    private static final Duration MAX_DURATION = Duration.ofHours(1);
    private static final int MAX_RATE = 1_000_000_000;

    private final SecurityConfig.Limits limits;
    private final ConnectionLimiter connections;
    private final AuditLog audit;
    private final Admission admission;
    private final RequestMemory memory;
    private final long maxBodySize;

    /** @throws ConfigurationException naming the invalid setting */
    SlowRequests(SecurityConfig config, ConnectionLimiter connections, AuditLog audit, Admission admission,
            RequestMemory memory, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBodySize) {
        this.memory = memory;
        this.maxBodySize = maxBodySize.asLongValue();
        this.limits = config.limits();
        Require.between("atrium.limits.header-time", limits.headerTime(), Duration.ZERO, MAX_DURATION);
        Require.between("atrium.limits.body-time", limits.bodyTime(), Duration.ZERO, MAX_DURATION);
        Require.between("atrium.limits.body-rate", limits.bodyRate(), 0, MAX_RATE);
        Require.between("atrium.limits.response-time", limits.responseTime(), Duration.ZERO, MAX_DURATION);
        this.connections = connections;
        this.audit = audit;
        this.admission = admission;
    }

    /** Milliseconds for the headers of a request; 0 for no limit. */
    long headerMillis() {
        return limits.headerTime().toMillis();
    }

    /** Milliseconds in which a body has to make {@link #bodyBytes() progress}; 0 for no limit. */
    long bodyMillis() {
        return limits.bodyTime().toMillis();
    }

    /** Bytes of a body that have to arrive in {@link #bodyMillis()}. */
    long bodyBytes() {
        return Math.max(1, limits.bodyRate() * bodyMillis() / 1_000);
    }

    /** Milliseconds in which a client has to take some of a response; 0 for no limit. */
    long responseMillis() {
        return limits.responseTime().toMillis();
    }

    /**
     * Bytes of the body of a request that upgrades to HTTP/2, whether the server reads them or not: the rest of one that is
     * refused included.
     */
    long upgradeBodyBytes() {
        // Without an overflow, also where the bytes of earlier bodies are added.
        return 2 * Math.min(maxBodySize, Long.MAX_VALUE / 4);
    }

    RequestMemory memory() {
        return memory;
    }

    /** Counts a new connection; returns the task that ends the counting, or null if there are too many. */
    Runnable opened(SocketAddress peer) {
        String address = admission.address(peer);
        try {
            return connections.opened(address);
        } catch (LimitException e) {
            audit.limit(new Caller(Identity.NOBODY, address), Transport.HTTP, e.limit());
            return null;
        }
    }

    /** Records that a connection was closed because of its deadline. */
    void missed(SocketAddress peer) {
        audit.limit(new Caller(Identity.NOBODY, admission.address(peer)), Transport.HTTP, Limit.SLOW_REQUEST);
    }
}
