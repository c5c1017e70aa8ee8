package dev.atrium.transport.http;

import dev.atrium.room.StreamPosition;
import dev.atrium.session.Transport;
import java.nio.charset.StandardCharsets;

/**
 * An HTML page that never ends, for an {@code iframe} of a browser that has nothing else: each message is a script that calls
 * {@code parent.onRoomMessage}.
 */
final class EndlessPage extends StreamFormat {

    static final EndlessPage INSTANCE = new EndlessPage();

    /** Old browsers begin to run scripts only when about a kilobyte has come. */
    private static final int FIRST_BYTES = 1024;

    private static final byte[] HEAD = bytes("<!DOCTYPE html><meta charset=\"utf-8\"><title>room</title>"
            + "<!--" + " ".repeat(FIRST_BYTES) + "-->\n");
    private static final byte[] COMMENT = bytes("<!-- -->\n");

    @Override
    Transport transport() {
        return Transport.IFRAME;
    }

    @Override
    String contentType() {
        return "text/html; charset=utf-8";
    }

    @Override
    byte[] head() {
        return HEAD;
    }

    @Override
    byte[] heartbeat() {
        return COMMENT;
    }

    @Override
    byte[] event(String event, StreamPosition place, byte[] json) {
        // In JSON these stand only inside strings: as they are, "</script>" in a message would end ours and begin another's.
        String safe = new String(json, StandardCharsets.UTF_8)
                .replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
        return bytes("<script>parent.onRoomMessage(" + safe + ")</script>\n");
    }
}
