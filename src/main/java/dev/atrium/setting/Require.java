package dev.atrium.setting;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.function.Function;

/** Checks of settings: an invalid value stops the start, with one line that names the setting and what it accepts. */
public final class Require {

    private Require() {
    }

    /** @throws ConfigurationException if the value is outside of the range */
    public static void between(String setting, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new ConfigurationException(setting + ": expected a duration from " + text(min) + " to " + text(max)
                    + ", got " + text(value));
        }
    }

    /** @throws ConfigurationException if the value is outside of the range */
    public static void between(String setting, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ConfigurationException(setting + ": expected from " + min + " to " + max + ", got " + value);
        }
    }

    /** @throws ConfigurationException if the condition does not hold */
    public static void that(boolean condition, String setting, String expected) {
        if (!condition) {
            throw new ConfigurationException(setting + ": expected " + expected);
        }
    }

    /** @throws ConfigurationException with the parser's message for an invalid value */
    public static <T> T parsed(String setting, String value, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (RuntimeException e) {
            throw new ConfigurationException(setting + ": " + e.getMessage());
        }
    }

    /** Formats a duration in one unit: 50ms, 25s, 1d. */
    private static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0 || millis % 1000 != 0) {
            return millis + "ms";
        }
        return millis % 86_400_000 == 0 ? millis / 86_400_000 + "d" : millis / 1000 + "s";
    }
}
