package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of settings that an operator names. */
class ConfigLocationsTest {

    @TempDir
    private Path directory;

    private static Config config(Map<String, String> settings, String... sources) {
        SmallRyeConfigBuilder config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(settings, "settings", 100));
        for (String source : sources) {
            config.withSources(new PropertiesConfigSource(Map.of("a", "b"), source, 100));
        }
        return config.build();
    }

    private static void check(String setting, Object location) {
        ConfigLocations.check(config(Map.of(setting, location.toString())));
    }

    @Test
    void directories_and_files_of_properties_that_exist_are_accepted() throws IOException {
        Path file = Files.createFile(directory.resolve("a b.properties"));
        Path plain = Files.createFile(directory.resolve("a.properties"));
        assertThatCode(() -> {
            check("quarkus.config.locations", plain);
            check("quarkus.config.locations", file.toUri());
            check("quarkus.config.locations", plain + "," + directory);
            check("quarkus.config.locations", "META-INF/microprofile-config.properties");
            check("quarkus.config.locations", "https://settings.example.com/application.properties");
            ConfigLocations.check(config(Map.of()));
        }).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = { "quarkus.config.locations", "smallrye.config.locations" })
    void a_file_that_does_not_exist_is_named_with_its_setting(String setting) throws IOException {
        Path present = Files.createFile(directory.resolve("a.properties"));
        Path absent = directory.resolve("application.properties");
        for (Object location : new Object[] { absent, absent.toUri(), "application.properties" }) {
            assertThatThrownBy(() -> check(setting, present + "," + location)).isInstanceOf(ConfigurationException.class)
                    .hasMessage(setting + ": expected directories, or files of properties, that can be read, got " + location);
        }
    }

    @Test
    void a_file_of_another_format_is_accepted_if_it_was_read() throws IOException {
        Path file = Files.createFile(directory.resolve("a.yaml"));
        Map<String, String> settings = Map.of("quarkus.config.locations", file.toString());
        assertThatThrownBy(() -> ConfigLocations.check(config(settings))).hasMessageEndingWith("got " + file);
        assertThatCode(() -> ConfigLocations.check(config(settings, "YamlConfigSource[source=" + file.toUri().toURL() + "]")))
                .doesNotThrowAnyException();
    }
}
