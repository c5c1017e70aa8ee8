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

    @ParameterizedTest
    @ValueSource(strings = { "\uFEFFatrium.auth.mode", "\uFEFF%prod.atrium.auth.mode", "\uFFFD\uFFFDa\0t\0r\0i\0u\0m\0" })
    void a_file_of_another_encoding_is_named(String name) {
        Config config = config(Map.of(name, "required"));
        assertThatThrownBy(() -> ConfigLocations.checkEncoding(config)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("[source=settings]: expected a file of settings in UTF-8, without a byte order mark");
    }

    @Test
    void a_byte_order_mark_before_a_comment_and_names_in_any_language_do_no_harm() {
        Config config = config(Map.of("\uFEFF#", "the settings", "greeting.日本", "hello"));
        assertThatCode(() -> ConfigLocations.checkEncoding(config)).doesNotThrowAnyException();
    }

    @Test
    void a_directory_or_yaml_in_the_place_of_a_file_that_is_read_by_itself_is_named() throws IOException {
        Config none = config(Map.of());
        Files.createFile(directory.resolve("application.properties"));
        Files.createDirectory(directory.resolve("keys"));
        // Of another profile, which an application with YAML has not read.
        Files.createFile(directory.resolve("application-dev.yaml"));
        assertThatCode(() -> {
            ConfigLocations.checkDirectory(directory, none);
            ConfigLocations.checkDirectory(directory.resolve("none"), none);
        }).doesNotThrowAnyException();
        Path yaml = Files.createFile(directory.resolve("application.yaml"));
        assertThatThrownBy(() -> ConfigLocations.checkDirectory(directory, none))
                .hasMessage(yaml + ": expected a file of properties: no YAML is read");
        assertThatCode(() -> ConfigLocations.checkDirectory(directory,
                config(Map.of(), "YamlConfigSource[source=" + yaml.toUri().toURL() + "]"))).doesNotThrowAnyException();
        Files.delete(yaml);
        Path mounted = Files.createDirectory(directory.resolve("application-prod.properties"));
        assertThatThrownBy(() -> ConfigLocations.checkDirectory(directory, none))
                .hasMessage(mounted + ": expected a file of settings, and it is a directory");
    }
}
