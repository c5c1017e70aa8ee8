package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of Socket.IO that stop the start. */
class NamespacesTest {

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "atrium.socketio.connect-timeout, 0s,   50ms",
            "atrium.socketio.max-attachments, -1,   from 0",
            "atrium.socketio.max-attachments, 1000, to 999",
            "atrium.socketio.namespaces,      chat, names that begin with a slash",
    })
    void an_invalid_value_is_named(String setting, String value, String accepts) {
        Map<String, String> settings = new HashMap<>(Map.of("atrium.socketio.namespaces", "*"));
        settings.put(setting, value);
        SocketIoConfig config = new SmallRyeConfigBuilder().withMapping(SocketIoConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100)).build()
                .getConfigMapping(SocketIoConfig.class);
        assertThatThrownBy(() -> new Namespaces(null, null, null, null, config)).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(setting + ": expected").hasMessageContaining(accepts);
    }
}
