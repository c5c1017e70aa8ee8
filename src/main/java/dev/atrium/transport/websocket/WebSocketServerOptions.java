package dev.atrium.transport.websocket;

import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * WebSocket sizes and timeouts of the HTTP server. What the framework has settings for is set in {@code
 * META-INF/microprofile-config.properties}; the sizes are set here, because the framework's settings take no unit.
 */
@Singleton
final class WebSocketServerOptions implements HttpServerOptionsCustomizer {

    private static final long SMALLEST = 128;
    private static final long LARGEST = 1L << 30;

    /** Seconds that Vert.x waits for the client's close frame. */
    private static final int CLOSING_SECONDS = 3;

    private final WebSocketConfig config;
    private final int largestMessage;

    /** @throws ConfigurationException naming the invalid setting */
    WebSocketServerOptions(WebSocketConfig config,
            @ConfigProperty(name = "atrium.engineio.max-payload", defaultValue = "1000000") MemorySize enginePayload) {
        Require.between("atrium.websocket.max-frame-size", config.maxFrameSize(), SMALLEST, LARGEST);
        Require.between("atrium.websocket.max-message-size", config.maxMessageSize(), SMALLEST, LARGEST);
        this.config = config;
        // The frame guard enforces each endpoint's own limit; this one is the maximum of them.
        this.largestMessage = (int) Math.max(config.maxMessageSize(), enginePayload.asLongValue());
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setMaxWebSocketFrameSize((int) config.maxFrameSize());
        options.setMaxWebSocketMessageSize(largestMessage);
        options.setWebSocketClosingTimeout(CLOSING_SECONDS);
        options.setPerFrameWebSocketCompressionSupported(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }
}
