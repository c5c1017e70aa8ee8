package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Segment of a URL's path: a name, percent-encoded (RFC 3986 section 2.1). Pure. */
public final class PathSegment {

    private PathSegment() {
    }

    /**
     * Decodes the last segment of a path.
     *
     * @param field name of the segment, for the error
     * @param path still encoded; one slash may follow the segment
     * @throws ErrorReply 400, naming the field and what was expected
     */
    public static String last(String field, String path) {
        int end = end(path);
        return decode(field, path.substring(path.lastIndexOf('/', end - 1) + 1, end));
    }

    /**
     * Returns the room that the last segment of a path names.
     *
     * @param namespace from the query
     * @param path normalized, as requests are routed by it: {@code "/rooms/lobby/."} is that of the lobby
     * @throws ErrorReply 400, naming the field and what was expected
     */
    public static RoomId room(String namespace, String path) {
        return Gateway.room(namespace, last("room", path));
    }

    /** Returns a path of several segments without the last one. One slash may follow it. */
    public static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/', end(path) - 1));
    }

    private static int end(String path) {
        return path.endsWith("/") ? path.length() - 1 : path.length();
    }

    /**
     * Decodes a segment, or the value of a parameter. Strict, unlike the router's decoder: a name that is not UTF-8 must not
     * become another one by replacement characters.
     *
     * @throws ErrorReply 400, naming the field and what was expected
     */
    public static String decode(String field, String segment) {
        byte[] bytes = new byte[segment.length()];
        int length = 0;
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == '%') {
                bytes[length++] = octet(field, segment, i + 1);
                i += 2;
            } else if (c < 0x80) {
                bytes[length++] = (byte) c;
            } else {
                throw ErrorReply.badRequest(field + ": expected percent-encoded UTF-8");
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
        } catch (CharacterCodingException e) {
            throw ErrorReply.badRequest(field + ": expected percent-encoded UTF-8");
        }
    }

    private static byte octet(String field, String segment, int at) {
        int high = at + 1 < segment.length() ? Character.digit(segment.charAt(at), 16) : -1;
        int low = at + 1 < segment.length() ? Character.digit(segment.charAt(at + 1), 16) : -1;
        if (high < 0 || low < 0) {
            throw ErrorReply.badRequest(field + ": expected two hexadecimal digits after %");
        }
        return (byte) (high << 4 | low);
    }
}
