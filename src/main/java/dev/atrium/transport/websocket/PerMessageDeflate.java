package dev.atrium.transport.websocket;

import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.vertx.core.http.HttpServerRequest;

/**
 * Agrees on permessage-deflate, RFC 7692 section 5, with Netty's codec. Vert.x could do that by itself, but Quarkus turns
 * that part of it off, and it sets no bound on what a small frame may inflate to.
 */
final class PerMessageDeflate {

    private static final int LEVEL = 6;

    private final PerMessageDeflateServerExtensionHandshaker handshaker;

    /** @param maxMessageSize bytes that a frame may inflate to */
    PerMessageDeflate(int maxMessageSize) {
        handshaker = new PerMessageDeflateServerExtensionHandshaker(LEVEL, ZlibCodecFactory.isSupportingWindowSizeAndMemLevel(),
                PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE, true, false, maxMessageSize);
    }

    /** Takes the first offer that can be met and answers it in the response's headers; null if there is none. */
    WebSocketServerExtension negotiate(HttpServerRequest request) {
        String offers = request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
        if (offers == null) {
            return null;
        }
        for (WebSocketExtensionData offer : WebSocketExtensionUtil.extractExtensions(offers)) {
            WebSocketServerExtension extension = handshaker.handshakeExtension(offer);
            if (extension != null) {
                request.response().putHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, header(extension.newReponseData()));
                return extension;
            }
        }
        return null;
    }

    private static String header(WebSocketExtensionData answer) {
        StringBuilder header = new StringBuilder(answer.name());
        answer.parameters().forEach((name, value) -> header.append("; ").append(name).append(value == null ? "" : "=" + value));
        return header.toString();
    }
}
