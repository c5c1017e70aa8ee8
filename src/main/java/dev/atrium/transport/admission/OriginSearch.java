package dev.atrium.transport.admission;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Search for the {@code Origin} of a request that the HTTP decoder cannot parse, and whose headers it discards: a page can read
 * the error only if the response names its origin. What it finds is only compared with the listed origins. Not thread-safe.
 */
final class OriginSearch {

    private static final String NAME = "origin:";
    private static final int MAX_LINE_LENGTH = 512;

    private final StringBuilder line = new StringBuilder();
    private int lineLength;
    private String origin;
    private boolean begun;
    private boolean complete;

    /** Begins with the next request. */
    void reset() {
        line.setLength(0);
        lineLength = 0;
        origin = null;
        begun = false;
        complete = false;
    }

    /** Searches what has arrived, without reading it. */
    void search(ByteBuf bytes) {
        String part = bytes.toString(StandardCharsets.ISO_8859_1);
        for (int begin = 0; begin < part.length();) {
            int end = part.indexOf('\n', begin);
            int to = end < 0 ? part.length() : end;
            line.append(part, begin, Math.min(to, begin + Math.max(0, MAX_LINE_LENGTH - line.length())));
            lineLength += to - begin;
            if (end >= 0) {
                lineReceived(line.toString().strip());
            }
            begin = to + 1;
        }
    }

    private void lineReceived(String whole) {
        // What follows the empty line is a body. Empty lines before the request are ignored (RFC 9112 section 2.2).
        complete |= begun && whole.isEmpty();
        begun |= !whole.isEmpty();
        if (!complete && lineLength <= MAX_LINE_LENGTH && whole.regionMatches(true, 0, NAME, 0, NAME.length())) {
            origin = whole.substring(NAME.length()).strip();
        }
        line.setLength(0);
        lineLength = 0;
    }

    /** Returns the origin; null if none was found. */
    String origin() {
        return origin;
    }

    /** Returns whether an origin was found, or the headers have arrived to their end. */
    boolean isOver() {
        return origin != null || complete;
    }
}
