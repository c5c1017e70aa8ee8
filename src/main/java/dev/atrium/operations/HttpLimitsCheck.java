package dev.atrium.operations;

import dev.atrium.setting.Require;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.Config;

/**
 * Startup check of the framework's limits of requests. With 0, which is no limit elsewhere, the server would be ready and close
 * each connection without a word; a negative number would stop the start with a stack trace.
 */
@Singleton
final class HttpLimitsCheck {

    private static final String LIMITS = "quarkus.http.limits.";
    private static final long MIN_LINE = 128;
    private static final long MIN_HEADERS = 1024;

    void start(@Observes StartupEvent startup, Config config) {
        check(config);
    }

    /** @throws ConfigurationException naming the setting with which no request could be served */
    static void check(Config config) {
        config.getOptionalValue(LIMITS + "max-header-size", MemorySize.class).ifPresent(
                size -> Require.between(LIMITS + "max-header-size", size.asLongValue(), MIN_HEADERS, Integer.MAX_VALUE));
        atLeast(MIN_LINE, "max-initial-line-length", config);
        atLeast(MIN_HEADERS, "max-header-list-size", config);
        atLeast(1, "max-concurrent-streams", config);
        atLeast(0, "rst-flood-max-rst-frame-per-window", config);
        config.getOptionalValue(LIMITS + "rst-flood-window-duration", Duration.class).ifPresent(duration -> Require
                .between(LIMITS + "rst-flood-window-duration", duration, Duration.ZERO, Duration.ofDays(1)));
    }

    private static void atLeast(long min, String name, Config config) {
        config.getOptionalValue(LIMITS + name, Long.class)
                .ifPresent(value -> Require.between(LIMITS + name, value, min, Integer.MAX_VALUE));
    }
}
