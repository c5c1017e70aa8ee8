package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpServerOptions;
import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes of frames and messages that the HTTP server is given, and those that it refuses to start with. */
class WebSocketServerOptionsTest {

    private record Config(long maxFrameSize, long maxMessageSize, boolean compression) implements WebSocketConfig {
    }

    @ParameterizedTest
    @CsvSource({ "128, 128, 1, 128", "1000, 2000, 3000, 3000", "1000, 3000, 2000, 3000",
            "1073741824, 1073741824, 1, 1073741824" })
    void the_largest_message_is_that_of_all_endpoints(long frame, long message, long engine, int largest) {
        HttpServerOptions plain = new HttpServerOptions();
        HttpServerOptions tls = new HttpServerOptions();
        WebSocketServerOptions options = options(frame, message, engine);
        options.customizeHttpServer(plain);
        options.customizeHttpsServer(tls);
        assertThat(plain.getMaxWebSocketFrameSize()).isEqualTo((int) frame);
        assertThat(plain.getMaxWebSocketMessageSize()).isEqualTo(largest);
        assertThat(plain.getWebSocketClosingTimeout()).isEqualTo(3);
        assertThat(plain.getPerFrameWebSocketCompressionSupported()).isFalse();
        assertThat(tls.getMaxWebSocketFrameSize()).isEqualTo((int) frame);
        assertThat(tls.getMaxWebSocketMessageSize()).isEqualTo(largest);
    }

    @ParameterizedTest
    @CsvSource({ "127, 128, max-frame-size, 127", "1073741825, 128, max-frame-size, 1073741825",
            "128, 127, max-message-size, 127",
            "128, 1073741825, max-message-size, 1073741825" })
    void an_invalid_size_is_named(long frame, long message, String setting, long value) {
        assertThatThrownBy(() -> options(frame, message, 1)).isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.websocket." + setting + ": expected from 128 to 1073741824, got " + value);
    }

    private static WebSocketServerOptions options(long frame, long message, long engine) {
        return new WebSocketServerOptions(new Config(frame, message, false), new MemorySize(BigInteger.valueOf(engine)));
    }
}
