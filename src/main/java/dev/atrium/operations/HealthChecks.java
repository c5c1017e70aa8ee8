package dev.atrium.operations;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.warmup.WarmUp;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * What Kubernetes asks. Started and live are about this process alone: a replica is never restarted because Redis is away.
 */
@Singleton
final class HealthChecks {

    private final Backplane backplane;
    private final Shutdown shutdown;
    private final WarmUp warmUp;
    private final ConnectionLimiter connections;

    HealthChecks(Backplane backplane, Shutdown shutdown, WarmUp warmUp, ConnectionLimiter connections) {
        this.connections = connections;
        this.backplane = backplane;
        this.shutdown = shutdown;
        this.warmUp = warmUp;
    }

    @Produces
    @Singleton
    @Startup
    HealthCheck started() {
        return () -> HealthCheckResponse.up("started");
    }

    @Produces
    @Singleton
    @Liveness
    HealthCheck live() {
        return () -> HealthCheckResponse.up("live");
    }

    /** Send nobody to a replica that is on its way out. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck notDraining() {
        return () -> HealthCheckResponse.named("draining").status(!shutdown.isDraining()).build();
    }

    /** Send nobody to a replica that would be slow to take them. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck warm() {
        return () -> HealthCheckResponse.named("warm").status(warmUp.isDone()).build();
    }

    /** Send nobody to a replica that would refuse them. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck room() {
        return () -> HealthCheckResponse.named("connections").status(!connections.isFull())
                .withData("count", connections.count()).build();
    }

    /**
     * Send nobody to a replica that cannot hear what the others say. But where Redis does not answer at all it most likely
     * answers nobody, and if all replicas were taken out at once there would be none left to tell clients so.
     */
    @Produces
    @Singleton
    @Readiness
    HealthCheck hearing() {
        return () -> {
            BackplaneStatus status = backplane.status();
            BackplaneStatus.State state = status.state();
            return HealthCheckResponse.named("backplane")
                    .status(state == BackplaneStatus.State.HEARING || state == BackplaneStatus.State.AWAY)
                    .withData("kind", status.kind())
                    .withData(status.kind(), state.name().toLowerCase(Locale.ROOT))
                    .withData("detail", status.detail())
                    .withData("roundTripMillis", Math.round(status.roundTripSeconds() * 1000))
                    .build();
        };
    }
}
