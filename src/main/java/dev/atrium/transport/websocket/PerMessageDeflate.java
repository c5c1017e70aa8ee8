package dev.atrium.transport.websocket;

import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;

/**
 * Negotiates permessage-deflate, RFC 7692 section 5, with Netty's codec. Vert.x could do that by itself, but it sets no bound on
 * what a small frame may inflate to.
 */
public final class PerMessageDeflate {

    private static final int LEVEL = 6;

    private final PerMessageDeflateServerExtensionHandshaker handshaker;

    /** @param maxMessageSize bytes that a frame may inflate to */
    PerMessageDeflate(int maxMessageSize) {
        handshaker = new PerMessageDeflateServerExtensionHandshaker(LEVEL, ZlibCodecFactory.isSupportingWindowSizeAndMemLevel(),
                PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE, true, false, maxMessageSize);
    }

    /** Takes the first offer of a request that can be met; null if there is none. */
    WebSocketServerExtension negotiate(HttpServerRequest request) {
        String offers = request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
        if (offers == null) {
            return null;
        }
        for (WebSocketExtensionData offer : WebSocketExtensionUtil.extractExtensions(offers)) {
            WebSocketServerExtension extension = handshaker.handshakeExtension(offer);
            if (extension != null) {
                return extension;
            }
        }
        return null;
    }

    /** The response's headers that agree to an extension; none for null. */
    static Map<String, List<String>> headers(WebSocketServerExtension extension) {
        if (extension == null) {
            return Map.of();
        }
        WebSocketExtensionData answer = extension.newReponseData();
        StringBuilder header = new StringBuilder(answer.name());
        answer.parameters().forEach((name, value) -> header.append("; ").append(name).append(value == null ? "" : "=" + value));
        return Map.of(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS.toString(), List.of(header.toString()));
    }
}
