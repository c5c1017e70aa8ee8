package dev.atrium.setting;

import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;

/** Converter of durations: {@code 200ms}, {@code 25s}, {@code 5m}, {@code 24h}, {@code 1d} or ISO 8601. */
public final class DurationSetting implements Converter<Duration> {

    @Override
    public Duration convert(String value) {
        try {
            Duration duration = DurationConverter.parseDuration(value);
            // Fails for one of more than 292 years, which a timer cannot be given.
            duration.toNanos();
            return duration;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("expected a duration, for example 200ms, 25s or 5m");
        }
    }
}
