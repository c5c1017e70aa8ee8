package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.transport.admission.HeaderList;
import io.quarkus.websockets.next.HandshakeRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Base64;
import java.util.List;

/**
 * Form of an opening handshake (RFC 6455 section 4.2.1). Vert.x upgrades requests of HTTP/1.0, of drafts of the protocol, which
 * name the origin in another header, and with any key. Pure.
 */
public final class OpeningHandshake {

    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;
    private static final int KEY_CHARACTERS = 24;

    private OpeningHandshake() {
    }

    /**
     * Checks the form of a request that asks for an upgrade to WebSocket, and leaves one {@code Connection} and one {@code
     * Upgrade} header in it, as Vert.x expects.
     *
     * @throws ErrorReply 400 that names the header; 426 for another version of HTTP or of the protocol
     */
    public static void require(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            // Its responses can have no Upgrade header.
            throw ErrorReply.badRequest("Upgrade: expected HTTP/1.1");
        }
        if (request.version() != HttpVersion.HTTP_1_1) {
            throw new ErrorReply(426, "Upgrade: expected HTTP/1.1");
        }
        if (!List.of(VERSION).equals(HeaderList.of(request, HandshakeRequest.SEC_WEBSOCKET_VERSION))) {
            throw new ErrorReply(426, "Sec-WebSocket-Version: expected 13");
        }
        if (HeaderList.of(request, HttpHeaders.CONNECTION).stream().noneMatch("upgrade"::equalsIgnoreCase)) {
            throw ErrorReply.badRequest("Connection: expected Upgrade");
        }
        if (!isKey(request.headers().getAll(HandshakeRequest.SEC_WEBSOCKET_KEY))) {
            throw ErrorReply.badRequest("Sec-WebSocket-Key: expected 16 bytes in Base64");
        }
        if (hasBody(request)) {
            throw ErrorReply.badRequest("body: expected none in a handshake");
        }
        request.headers().set(HttpHeaders.CONNECTION, "Upgrade").set(HttpHeaders.UPGRADE, "websocket");
    }

    static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || length != null && !length.strip().equals("0");
    }

    private static boolean isKey(List<String> keys) {
        if (keys.size() != 1 || keys.get(0).strip().length() != KEY_CHARACTERS) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(keys.get(0).strip()).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
