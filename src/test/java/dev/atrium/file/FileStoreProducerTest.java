package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.backplane.BackplaneConfig;
import dev.atrium.file.directory.DirectoryStore;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Choice of the file store by the settings. */
class FileStoreProducerTest {

    @ParameterizedTest
    @CsvSource({
            "memory, '',        DIRECTORY",
            "redis,  '',        REDIS",
            "redis,  directory, DIRECTORY",
            "memory, redis,     REDIS",
            "redis,  s3,        S3",
            "redis,  none,      NONE",
    })
    void files_are_kept_where_rooms_are_shared_unless_a_setting_names_another_store(String backplane, String store,
            FileConfig.Kind kind) {
        SmallRyeConfig settings = settings(backplane, store);
        assertThat(FileStoreProducer.kind(settings.getConfigMapping(FileConfig.class),
                settings.getConfigMapping(BackplaneConfig.class)))
                .isEqualTo(kind);
    }

    @Test
    void a_server_that_keeps_no_files_has_no_store() {
        assertThat(store("none")).isEmpty();
    }

    @Test
    void a_server_without_a_setting_keeps_files_in_a_directory() throws Exception {
        Optional<FileStore> store = store("");
        assertThat(store).containsInstanceOf(DirectoryStore.class);
        new FileStoreProducer().close(store);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({
            "memory, redis,     quarkus.redis.hosts, because of atrium.file.store=redis",
            "redis,  '',        quarkus.redis.hosts, because of atrium.backplane=redis",
            "memory, s3,        atrium.file.s3.bucket, ''",
            "redis,  directory, atrium.file.directory, a directory that all replicas share",
    })
    void a_store_that_needs_another_setting_names_it(String backplane, String store, String setting, String accepts) {
        assertThatThrownBy(() -> store(backplane, store)).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(setting + ": expected").hasMessageContaining(accepts);
    }

    private static Optional<FileStore> store(String kind) {
        return store("memory", kind);
    }

    private static Optional<FileStore> store(String backplane, String kind) {
        SmallRyeConfig settings = settings(backplane, kind);
        return new FileStoreProducer().store(settings.getConfigMapping(FileConfig.class),
                settings.getConfigMapping(BackplaneConfig.class),
                null, null, Optional.empty());
    }

    private static SmallRyeConfig settings(String backplane, String store) {
        return new SmallRyeConfigBuilder().withMapping(FileConfig.class).withMapping(BackplaneConfig.class)
                .withSources(new PropertiesConfigSource(Map.of("atrium.backplane", backplane, "atrium.file.store", store),
                        "test", 100))
                .withValidateUnknown(false).build();
    }
}
