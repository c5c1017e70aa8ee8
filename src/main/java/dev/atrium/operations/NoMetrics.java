package dev.atrium.operations;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Registry of an application that has disabled Micrometer, which counts nothing. */
@Singleton
final class NoMetrics {

    @Produces
    @Singleton
    @DefaultBean
    MeterRegistry registry() {
        return new CompositeMeterRegistry();
    }
}
