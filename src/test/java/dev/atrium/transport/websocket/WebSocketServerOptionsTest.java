package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.http.HttpServerOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSocket options of the HTTP server, and sizes of frames and messages that it refuses to start with. */
class WebSocketServerOptionsTest {

    private record Config(long maxFrameSize, long maxMessageSize, boolean compression) implements WebSocketConfig {
    }

    @Test
    void the_sizes_of_the_framework_are_left_to_the_endpoints_of_the_application() {
        HttpServerOptions plain = new HttpServerOptions().setMaxWebSocketFrameSize(100_000).setMaxWebSocketMessageSize(200_000);
        HttpServerOptions tls = new HttpServerOptions().setMaxWebSocketMessageSize(300_000);
        WebSocketServerOptions options = options(128, 128);
        options.customizeHttpServer(plain);
        options.customizeHttpsServer(tls);
        assertThat(plain.getMaxWebSocketFrameSize()).isEqualTo(100_000);
        assertThat(plain.getMaxWebSocketMessageSize()).isEqualTo(200_000);
        assertThat(plain.getWebSocketClosingTimeout()).isEqualTo(3);
        assertThat(plain.getPerFrameWebSocketCompressionSupported()).isFalse();
        assertThat(tls.getMaxWebSocketMessageSize()).isEqualTo(300_000);
    }

    @Test
    void every_message_that_passes_the_framework_is_small_enough_for_it() {
        HttpServerOptions small = new HttpServerOptions().setMaxWebSocketMessageSize(1_000);
        options(1 << 20, 1 << 20).customizeHttpServer(small);
        assertThat(small.getMaxWebSocketMessageSize()).isEqualTo(16 * 1024);
    }

    @ParameterizedTest
    @CsvSource({ "127, 128, max-frame-size, 127", "1073741825, 128, max-frame-size, 1073741825",
            "128, 127, max-message-size, 127",
            "128, 1073741825, max-message-size, 1073741825" })
    void an_invalid_size_is_named(long frame, long message, String setting, long value) {
        assertThatThrownBy(() -> options(frame, message)).isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.websocket." + setting + ": expected from 128 to 1073741824, got " + value);
    }

    private static WebSocketServerOptions options(long frame, long message) {
        return new WebSocketServerOptions(new Config(frame, message, false));
    }
}
