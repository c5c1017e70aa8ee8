package dev.atrium.transport.admission;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import java.util.ArrayList;
import java.util.List;

/**
 * Offers of extensions in a WebSocket handshake (RFC 6455 section 9.1). Netty, whose handler is in front of Vert.x's if
 * compression is enabled, fails at a malformed one, and the connection would end without an answer. Pure.
 */
final class ExtensionOffers {

    /** Netty reads the parameters of this extension alone. */
    private static final PerMessageDeflateServerExtensionHandshaker READER = new PerMessageDeflateServerExtensionHandshaker(0);

    private ExtensionOffers() {
    }

    /** Removes the offers that Netty cannot read, and leaves the others in one line. */
    static void keepReadable(HttpHeaders headers) {
        if (!headers.contains(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) {
            return;
        }
        List<String> readable = new ArrayList<>(2);
        for (String line : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) {
            for (String offer : line.split(",")) {
                if (isReadable(offer)) {
                    readable.add(offer.strip());
                }
            }
        }
        headers.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, String.join(", ", readable));
    }

    private static boolean isReadable(String offer) {
        try {
            READER.handshakeExtension(WebSocketExtensionUtil.extractExtensions(offer).get(0));
            return !offer.isBlank();
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            // Without a name, or with a window that is no number: both are taken for granted.
            return false;
        }
    }
}
