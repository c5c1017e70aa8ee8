package dev.atrium.operations;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.warmup.WarmUp;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
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

    HealthChecks(Backplane backplane, Shutdown shutdown, WarmUp warmUp) {
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

    /** Send nobody to a replica that cannot hear what the others say. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck hearing() {
        return () -> {
            BackplaneStatus status = backplane.status();
            return HealthCheckResponse.named("backplane").status(status.hearing())
                    .withData("kind", status.kind())
                    .withData("detail", status.detail())
                    .withData("roundTripMillis", Math.round(status.roundTripSeconds() * 1000))
                    .build();
        };
    }
}
