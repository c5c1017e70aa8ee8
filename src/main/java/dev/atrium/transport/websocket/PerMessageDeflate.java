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
import java.util.Objects;

/** Negotiation of permessage-deflate (RFC 7692 section 5) with Netty's codec: Vert.x's does not limit the inflated size. */
public final class PerMessageDeflate {

    private static final int LEVEL = 6;

    private final PerMessageDeflateServerExtensionHandshaker handshaker;

    /** @param maxMessageSize maximum size of an inflated frame, in bytes */
    PerMessageDeflate(int maxMessageSize) {
        handshaker = new PerMessageDeflateServerExtensionHandshaker(LEVEL, ZlibCodecFactory.isSupportingWindowSizeAndMemLevel(),
                PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE, true, false, maxMessageSize);
    }

    /** Accepts the first supported offer of a request; null if there is none. */
    WebSocketServerExtension negotiate(HttpServerRequest request) {
        String offers = request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
        return offers == null ? null
                : WebSocketExtensionUtil.extractExtensions(offers).stream().map(handshaker::handshakeExtension)
                        .filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** Returns the response headers that accept an extension; none for null. */
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
