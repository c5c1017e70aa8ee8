package dev.atrium.operations;

import dev.atrium.setting.Require;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/**
 * Startup check of the files of settings that an operator names. SmallRye Config ignores one that does not exist, and a server
 * without its settings is open to every client. (SmallRye's own switch, {@code failOnMissingFile}, is for URLs, not for paths.)
 */
@Singleton
final class ConfigLocations {

    private static final List<String> SETTINGS = List.of("quarkus.config.locations", "smallrye.config.locations");

    /** Before other beans start: what they lack may be in the file that was not read. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent startup, Config config) {
        check(config);
    }

    /** @throws ConfigurationException naming the setting and the file that was not read */
    static void check(Config config) {
        for (String setting : SETTINGS) {
            for (URI location : config.getOptionalValues(setting, URI.class).orElse(List.of())) {
                boolean isFile = location.getScheme() == null || location.getScheme().equals("file");
                Require.that(!isFile || isRead(location, config), setting,
                        "directories, or files of properties, that can be read, got " + location);
            }
        }
    }

    private static boolean isRead(URI location, Config config) {
        Path path = location.getScheme() == null ? Path.of(location.getPath()) : Path.of(location);
        return Files.isReadable(path) && (Files.isDirectory(path) || path.toString().endsWith(".properties"))
                || isSource(path, config) || isResource(location.getPath());
    }

    /** Returns whether a file of another format was read, for which an application can have an extension. */
    private static boolean isSource(Path path, Config config) {
        return StreamSupport.stream(config.getConfigSources().spliterator(), false)
                .anyMatch(source -> source.getName().contains(path.toUri().getRawPath()));
    }

    /** An application can name its own resources, except the one that is read anyway. */
    private static boolean isResource(String name) {
        return !name.equals("application.properties")
                && Thread.currentThread().getContextClassLoader().getResource(name) != null;
    }
}
