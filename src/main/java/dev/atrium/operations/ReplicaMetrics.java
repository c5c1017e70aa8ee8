package dev.atrium.operations;

import dev.atrium.warmup.WarmUp;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Metrics about the replica itself: its version, and how warm it is. */
@Singleton
final class ReplicaMetrics {

    /** Maven writes it into the jar; classes that dev mode has compiled have none. */
    private static final String ARTIFACT = "/META-INF/maven/dev.atrium/atrium/pom.properties";

    private final MeterRegistry registry;

    ReplicaMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void start(@Observes StartupEvent startup, WarmUp warmUp) {
        // By the convention of Prometheus: a join with it adds the version to any other metric.
        Gauge.builder("atrium.build.info", () -> 1).description("1, with the version of this replica as its label")
                .tag("version", version()).register(registry);
        for (WarmUp.State state : WarmUp.State.values()) {
            Gauge.builder("atrium.warm.up", warmUp, each -> each.state() == state ? 1 : 0)
                    .description("1 for how the warm-up has ended, or that it is running").tag("how", state.label())
                    .register(registry);
        }
        Gauge.builder("atrium.warm.up.connections", warmUp, WarmUp::connections)
                .description("Connections that the warm-up has made").register(registry);
    }

    private static String version() {
        try (InputStream artifact = ReplicaMetrics.class.getResourceAsStream(ARTIFACT)) {
            Properties properties = new Properties();
            if (artifact != null) {
                properties.load(artifact);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
