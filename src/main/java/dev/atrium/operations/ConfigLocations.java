package dev.atrium.operations;

import dev.atrium.setting.Require;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Startup check of the files of settings: those that an operator names, and those in the directory {@code config}. SmallRye
 * Config ignores one that does not exist or is a directory, and the names in one of another encoding; a server without its
 * settings is open to every client. (SmallRye's own switch, {@code failOnMissingFile}, is for URLs, not for paths.)
 */
@Singleton
final class ConfigLocations {

    private static final List<String> SETTINGS = List.of("quarkus.config.locations", "smallrye.config.locations");

    private static final Pattern PROPERTIES = Pattern.compile("application(-.*)?\\.properties");
    private static final Pattern YAML = Pattern.compile("application\\.ya?ml");

    /** How a name begins, or what is in it, if its file has a byte order mark, or is in UTF-16. */
    private static final Pattern MISREAD = Pattern.compile("\uFEFF[\\w%].*|.*[\uFFFD\0].*", Pattern.DOTALL);

    /** Before other beans start: what they lack may be in the file that was not read. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent startup, Config config) {
        check(config);
        checkEncoding(config);
        checkDirectory(Path.of("config"), config);
    }

    /** @throws ConfigurationException naming a file whose names of settings were not understood */
    static void checkEncoding(Config config) {
        for (ConfigSource source : config.getConfigSources()) {
            boolean isMisread = !(source instanceof EnvConfigSource)
                    && source.getPropertyNames().stream().anyMatch(name -> MISREAD.matcher(name).matches());
            Require.that(!isMisread, source.getName(), "a file of settings in UTF-8, without a byte order mark");
        }
    }

    /**
     * @throws ConfigurationException naming a file in the directory that has the name of a file of settings, and was not read
     */
    static void checkDirectory(Path directory, Config config) {
        for (File file : Objects.requireNonNullElse(directory.toFile().listFiles(), new File[0])) {
            // Docker makes a directory in the place of a file that is mounted and does not exist.
            Require.that(!file.isDirectory() || !PROPERTIES.matcher(file.getName()).matches(), file.getPath(),
                    "a file of settings, and it is a directory");
            Require.that(!YAML.matcher(file.getName()).matches() || isSource(file.toPath(), config), file.getPath(),
                    "a file of properties: no YAML is read");
        }
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
