package dev.atrium.tracing;

import dev.atrium.setting.Require;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Settings of OpenTelemetry, by its own names, from all configuration sources of Quarkus: OpenTelemetry itself reads only
 * system properties and the environment. Invalid values that it would ignore, or report with the first span, stop the start.
 */
final class TraceSettings {

    private static final String PREFIX = "otel.";
    private static final String EXPORTER = "otel.traces.exporter";
    private static final String SAMPLER = "otel.traces.sampler";
    private static final String RATIO = "otel.traces.sampler.arg";
    private static final String PROTOCOL = "otel.exporter.otlp.protocol";
    // Not in a file of the artifact: Quarkus's own OpenTelemetry reads otel.* as well, and an application has its own exporter.
    private static final String DEFAULT_PROTOCOL = "http/protobuf";
    private static final String DEFAULT_SAMPLER = "parentbased_traceidratio";
    private static final String DEFAULT_RATIO = "0.01";
    private static final String DEFAULT_ENDPOINT = "http://localhost:4318";
    private static final Set<String> SAMPLERS = new TreeSet<>(
            Set.of("always_on", "always_off", "traceidratio", "parentbased_always_on",
                    "parentbased_always_off", "parentbased_traceidratio"));

    /** Settings of traces, and general settings that operators often set for several programs at once. */
    private static final Pattern KNOWN = Pattern
            .compile("otel\\.(sdk\\.disabled|service\\.name|resource\\.attributes|propagators"
                    + "|(traces|metrics|logs)\\.exporter|traces\\.sampler(\\.arg)?"
                    + "|bsp\\.(schedule\\.delay|max\\.queue\\.size|max\\.export\\.batch\\.size|export\\.timeout)"
                    + "|(attribute|span\\.attribute)\\.(value\\.length|count)\\.limit"
                    + "|exporter\\.otlp\\.(traces\\.)?(endpoint|protocol|headers|timeout|compression|certificate|client\\.(key|certificate)))");

    private TraceSettings() {
    }

    /**
     * Reads the settings, by the names of OpenTelemetry; empty if tracing is disabled.
     *
     * @throws io.quarkus.runtime.configuration.ConfigurationException naming the invalid setting
     */
    static Optional<Map<String, String>> read(Config config) {
        requireKnown(config);
        Map<String, String> settings = new HashMap<>();
        for (String name : config.getPropertyNames()) {
            if (name.startsWith(PREFIX)) {
                config.getOptionalValue(name, String.class).ifPresent(value -> settings.put(name, value.trim()));
            }
        }
        String exporter = settings.getOrDefault(EXPORTER, "none");
        Require.that(exporter.matches("none|otlp"), EXPORTER, "none or otlp, got " + exporter);
        if (exporter.equals("none") || Boolean.parseBoolean(settings.get("otel.sdk.disabled"))) {
            return Optional.empty();
        }
        // SmallRye Config treats an empty variable as not set.
        settings.putIfAbsent(SAMPLER, DEFAULT_SAMPLER);
        settings.putIfAbsent(RATIO, DEFAULT_RATIO);
        settings.putIfAbsent(PROTOCOL, DEFAULT_PROTOCOL);
        config.getOptionalValue("quarkus.application.name", String.class)
                .ifPresent(name -> settings.putIfAbsent("otel.service.name", name));
        check(settings);
        return Optional.of(settings);
    }

    /** Fails for an unknown setting. The environment and system properties may have settings of an OpenTelemetry agent. */
    private static void requireKnown(Config config) {
        for (ConfigSource source : config.getConfigSources()) {
            if (source.getOrdinal() < 300) {
                for (String name : source.getPropertyNames()) {
                    Require.that(!name.startsWith(PREFIX) || KNOWN.matcher(name).matches(), name,
                            "a setting of traces that exists, for example " + EXPORTER);
                }
            }
        }
    }

    static String endpoint(Map<String, String> settings) {
        return settings.getOrDefault("otel.exporter.otlp.traces.endpoint",
                settings.getOrDefault("otel.exporter.otlp.endpoint", DEFAULT_ENDPOINT));
    }

    private static void check(Map<String, String> settings) {
        for (String exporter : new String[] { "otel.exporter.otlp.", "otel.exporter.otlp.traces." }) {
            String endpoint = settings.get(exporter + "endpoint");
            Require.that(endpoint == null || isAddress(endpoint), exporter + "endpoint",
                    "the address of a collector, for example http://otel-collector:4318, got " + endpoint);
            require(settings, exporter + "protocol", DEFAULT_PROTOCOL, DEFAULT_PROTOCOL);
            require(settings, exporter + "compression", "gzip|none", "gzip or none");
            require(settings, exporter + "timeout", "[^-].*", "a duration in milliseconds");
            for (String file : new String[] { "certificate", "client.key", "client.certificate" }) {
                String path = settings.get(exporter + file);
                Require.that(path == null || isFile(Path.of(path)), exporter + file, "a file that can be read, got " + path);
            }
        }
        for (String number : new String[] { "schedule.delay", "max.queue.size", "max.export.batch.size", "export.timeout" }) {
            require(settings, "otel.bsp." + number, "0*[1-9].*", "a positive number");
        }
        String sampler = settings.get(SAMPLER);
        Require.that(SAMPLERS.contains(sampler), SAMPLER, "one of " + String.join(", ", SAMPLERS) + ", got " + sampler);
        Require.that(isRatio(settings.get(RATIO)), RATIO, "from 0 to 1, got " + settings.get(RATIO));
    }

    /** OpenTelemetry parses what the pattern lets through, and names a setting that it cannot parse. */
    private static void require(Map<String, String> settings, String setting, String pattern, String expected) {
        String value = settings.get(setting);
        Require.that(value == null || value.matches(pattern), setting, expected + ", got " + value);
    }

    private static boolean isFile(Path path) {
        return Files.isReadable(path) && !Files.isDirectory(path);
    }

    private static boolean isAddress(String endpoint) {
        try {
            URI address = URI.create(endpoint);
            return address.getHost() != null && String.valueOf(address.getScheme()).matches("https?");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isRatio(String ratio) {
        try {
            double value = Double.parseDouble(ratio);
            return value >= 0 && value <= 1;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
