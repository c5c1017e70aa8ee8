package dev.atrium.operations;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.warmup.WarmUp;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Health checks for Kubernetes. Startup and liveness depend on this process alone, and not on Redis. */
@Singleton
final class HealthChecks {

    private final Backplane backplane;
    private final Shutdown shutdown;
    private final WarmUp warmUp;
    private final ConnectionLimiter connections;
    private final EventLoopWatchdog eventLoops;

    HealthChecks(Backplane backplane, Shutdown shutdown, WarmUp warmUp, ConnectionLimiter connections,
            EventLoopWatchdog eventLoops) {
        this.eventLoops = eventLoops;
        this.connections = connections;
        this.backplane = backplane;
        this.shutdown = shutdown;
        this.warmUp = warmUp;
    }

    @Singleton
    @Startup
    HealthCheck started() {
        return () -> HealthCheckResponse.up("started");
    }

    @Singleton
    @Liveness
    HealthCheck live() {
        return () -> HealthCheckResponse.named("live").status(eventLoops.isLive()).build();
    }

    /** Not ready while an event loop is blocked: new connections that it gets would wait. */
    @Singleton
    @Readiness
    HealthCheck unblocked() {
        return () -> HealthCheckResponse.named("event loops").status(eventLoops.isReady()).build();
    }

    @Singleton
    @Readiness
    HealthCheck notDraining() {
        return () -> HealthCheckResponse.named("draining").status(!shutdown.isDraining()).build();
    }

    /**
     * Not ready before the warm-up: new connections would be slow. Ready after a failed one, too, because the next start would
     * fail as well; the data tells it from a replica that is warm.
     */
    @Singleton
    @Readiness
    HealthCheck warm() {
        return () -> HealthCheckResponse.named("warm").status(warmUp.isDone())
                .withData("warmUp", warmUp.state().label()).withData("connections", warmUp.connections()).build();
    }

    /** Not ready at the connection limit: new connections would be rejected. */
    @Singleton
    @Readiness
    HealthCheck room() {
        return () -> HealthCheckResponse.named("connections").status(!connections.isFull())
                .withData("count", connections.count()).build();
    }

    /**
     * Not ready if this replica does not receive what the other replicas publish. But ready if Redis does not reply at all, or
     * refuses writes: it most likely does so to every replica, and with all replicas unready at once, none would be left to
     * report the error to clients.
     */
    @Singleton
    @Readiness
    HealthCheck receiving() {
        return () -> {
            BackplaneStatus status = backplane.status();
            BackplaneStatus.State state = status.state();
            return HealthCheckResponse.named("backplane")
                    .status(state == BackplaneStatus.State.RECEIVING || state == BackplaneStatus.State.REFUSED
                            || state == BackplaneStatus.State.UNREACHABLE)
                    .withData("kind", status.kind())
                    .withData(status.kind(), state.label())
                    .withData("detail", status.detail())
                    .withData("roundTripMillis", Math.round(status.roundTripSeconds() * 1000))
                    .build();
        };
    }
}
