package dev.atrium.transport.websocket;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import java.util.List;

/** Tells the HTTP server what WebSocket handshakes may agree on. */
@Singleton
final class WebSocketServerOptions implements HttpServerOptionsCustomizer {

    private static final long SMALLEST = 128;
    private static final long LARGEST = 1L << 30;

    private final WebSocketConfig config;

    /** @throws ConfigurationException naming the setting that makes no sense */
    WebSocketServerOptions(WebSocketConfig config) {
        requireRange("atrium.websocket.max-frame-size", config.maxFrameSize());
        requireRange("atrium.websocket.max-message-size", config.maxMessageSize());
        this.config = config;
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setMaxWebSocketFrameSize((int) config.maxFrameSize().asLongValue());
        options.setWebSocketSubProtocols(List.of(SessionProtocol.SUBPROTOCOL));
        options.setPerMessageWebSocketCompressionSupported(config.compression());
        options.setPerFrameWebSocketCompressionSupported(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }

    private static void requireRange(String setting, MemorySize size) {
        if (size.asLongValue() < SMALLEST || size.asLongValue() > LARGEST) {
            throw new ConfigurationException(
                    setting + ": expected a size from 128 bytes to 1G, for example 1M, got " + size.asLongValue());
        }
    }
}
