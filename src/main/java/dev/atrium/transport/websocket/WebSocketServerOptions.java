package dev.atrium.transport.websocket;

import dev.atrium.setting.Require;
import dev.atrium.transport.admission.Admission;
import io.quarkus.runtime.configuration.ConfigurationException;
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
        Require.between("atrium.websocket.max-frame-size", config.maxFrameSize(), SMALLEST, LARGEST);
        Require.between("atrium.websocket.max-message-size", config.maxMessageSize(), SMALLEST, LARGEST);
        this.config = config;
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setMaxWebSocketFrameSize((int) config.maxFrameSize());
        options.setWebSocketSubProtocols(List.of(SessionProtocol.SUBPROTOCOL, Admission.TOKEN_CARRIER));
        options.setPerMessageWebSocketCompressionSupported(config.compression());
        options.setPerFrameWebSocketCompressionSupported(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }
}
