package dev.atrium.transport.websocket;

import dev.atrium.setting.Require;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/**
 * WebSocket options of the HTTP server that the framework has no settings for, and the checks of Atrium's own. The sizes of
 * frames and messages stay those of the framework, for the endpoints of the application; {@link LimitedFrameDecoder} and {@link
 * FrameGuard} enforce those of Atrium's endpoints.
 */
@Singleton
@Startup
final class WebSocketServerOptions implements HttpServerOptionsCustomizer {

    private static final long MIN_SIZE = 128;
    private static final long MAX_SIZE = 1L << 30;

    /** Seconds that Vert.x waits for the client's close frame. */
    private static final int CLOSING_SECONDS = 3;

    /** @throws ConfigurationException naming the invalid setting */
    WebSocketServerOptions(WebSocketConfig config) {
        Require.between("atrium.websocket.max-frame-size", config.maxFrameSize(), MIN_SIZE, MAX_SIZE);
        Require.between("atrium.websocket.max-message-size", config.maxMessageSize(), MIN_SIZE, MAX_SIZE);
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        // Smaller messages of Atrium's endpoints pass Vert.x.
        options.setMaxWebSocketMessageSize(Math.max(options.getMaxWebSocketMessageSize(), FrameGuard.LENT_BYTES));
        options.setWebSocketClosingTimeout(CLOSING_SECONDS);
        options.setPerFrameWebSocketCompressionSupported(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }
}
