package dev.atrium.room;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decoder of UTF-8 that accepts no malformed bytes (RFC 3629 section 3). Pure. */
public final class Utf8 {

    private static final char REPLACEMENT = '\ufffd';

    private Utf8() {
    }

    /** @throws CharacterCodingException if the bytes are not UTF-8 */
    public static String decode(byte[] bytes) throws CharacterCodingException {
        // The decoder that reports malformed bytes has two more copies of a message of a megabyte.
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text
                : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
}
