package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of files that stop the start. */
class TransfersProducerTest {

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "atrium.file.chunk,           10,  'from 1024 to 4194304, got 10'",
            "atrium.file.ttl,             0s,  'a duration from 1s to 3650d, got 0ms'",
            "atrium.file.abandoned-after, 0s,  'a duration from 1s to 3650d, got 0ms'",
            "atrium.file.sweep,           2d,  'a duration from 100ms to 1d, got 2d'",
            "atrium.file.room-files,      -1,  from 0 to 1000000",
            "atrium.file.user-files,      -1,  from 0 to 1000000",
            "atrium.file.total-files,     -1,  from 0 to 1000000",
            "atrium.file.unfinished,      0,   from 1 to 1000000",
    })
    void a_value_out_of_its_range_is_named(String setting, String value, String accepts) {
        FileConfig config = new SmallRyeConfigBuilder().withMapping(FileConfig.class)
                .withSources(new PropertiesConfigSource(Map.of(setting, value), "test", 100)).build()
                .getConfigMapping(FileConfig.class);
        assertThatThrownBy(() -> new TransfersProducer().transfers(Optional.empty(), config, null, null, null, null, null,
                null))
                .isInstanceOf(ConfigurationException.class).hasMessageStartingWith(setting + ": expected " + accepts);
    }
}
