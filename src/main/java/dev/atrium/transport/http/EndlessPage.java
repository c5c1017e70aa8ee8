package dev.atrium.transport.http;

import dev.atrium.room.StreamPosition;
import dev.atrium.session.Transport;
import java.nio.charset.StandardCharsets;

/**
 * Stream format of an HTML page that never ends, for an {@code iframe} in browsers without other streams: each message is a
 * script that calls {@code parent.onRoomMessage}.
 */
final class EndlessPage extends StreamFormat {

    static final EndlessPage INSTANCE = new EndlessPage();

    /** Padding: old browsers run scripts only after about a kilobyte. */
    private static final int FIRST_BYTES = 1024;

    private static final byte[] HEAD = bytes("<!DOCTYPE html><meta charset=\"utf-8\"><title>room</title>"
            + "<!--" + " ".repeat(FIRST_BYTES) + "-->\n");

    private EndlessPage() {
        super(Transport.IFRAME, "text/html; charset=utf-8", "<!-- -->\n");
    }

    @Override
    byte[] head() {
        return HEAD;
    }

    @Override
    byte[] event(String event, StreamPosition position, byte[] json) {
        // JSON has these characters only inside strings. Unescaped, "</script>" in a message would end the script element, and
        // could start another one.
        String safe = new String(json, StandardCharsets.UTF_8)
                .replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
        return bytes("<script>parent.onRoomMessage(" + safe + ")</script>\n");
    }
}
