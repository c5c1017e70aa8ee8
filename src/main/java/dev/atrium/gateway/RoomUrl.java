package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Room name in a URL: one percent-encoded path segment (RFC 3986 section 2.1). */
public final class RoomUrl {

    private RoomUrl() {
    }

    /**
     * Parses the room of a URL.
     *
     * @param namespace from the query
     * @param path whose last segment names the room, still encoded; one slash may follow
     * @throws ErrorReply 400, naming the field and what was expected
     */
    public static RoomId room(String namespace, String path) {
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return Gateway.room(namespace, decode(trimmed.substring(trimmed.lastIndexOf('/') + 1)));
    }

    /**
     * Strict, unlike the router's decoder: a name that is not UTF-8 must not become another room's by replacement characters.
     */
    private static String decode(String segment) {
        byte[] bytes = new byte[segment.length()];
        int length = 0;
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == '%') {
                bytes[length++] = octet(segment, i + 1);
                i += 2;
            } else if (c < 0x80) {
                bytes[length++] = (byte) c;
            } else {
                throw ErrorReply.badRequest("room: expected a percent-encoded path");
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
        } catch (CharacterCodingException e) {
            throw ErrorReply.badRequest("room: expected percent-encoded UTF-8");
        }
    }

    private static byte octet(String segment, int at) {
        int high = at + 1 < segment.length() ? Character.digit(segment.charAt(at), 16) : -1;
        int low = at + 1 < segment.length() ? Character.digit(segment.charAt(at + 1), 16) : -1;
        if (high < 0 || low < 0) {
            throw ErrorReply.badRequest("room: expected two hexadecimal digits after %");
        }
        return (byte) (high << 4 | low);
    }
}
