package dev.atrium.transport.engineio;

import dev.atrium.room.Utf8;
import dev.atrium.transport.websocket.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.base64.Base64;
import java.nio.charset.CharacterCodingException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Codec of long-polling bodies: packets between record separators, binary packets as base64. Pure. */
final class Payload {

    private static final char SEPARATOR = 0x1e;
    static final char BINARY = 'b';

    private Payload() {
    }

    /**
     * Decodes the packets of a body; null if it is not UTF-8. Each is cut off when it is asked for: a list of the packets of a
     * megabyte takes 27, for as long as one of them waits.
     */
    static Iterator<String> decode(byte[] body) {
        String text;
        try {
            text = Utf8.decode(body);
        } catch (CharacterCodingException e) {
            return null;
        }
        return new Packets(text);
    }

    private static final class Packets implements Iterator<String> {

        private final String text;
        private int from;

        Packets(String text) {
            this.text = text;
        }

        @Override
        public boolean hasNext() {
            return from <= text.length();
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            int separator = text.indexOf(SEPARATOR, from);
            int to = separator < 0 ? text.length() : separator;
            String packet = text.substring(from, to);
            from = to + 1;
            return packet;
        }
    }

    /** Decodes the bytes of a binary packet; null if they are not base64. */
    static byte[] binary(String packet) {
        // The official Java client inserts line breaks.
        String base64 = packet.substring(1).replace("\n", "");
        try {
            return java.util.Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Encodes whole server frames, which are read to their end, as packets at the end of a polling response. */
    static void append(ByteBuf frames, ByteBuf body) {
        while (frames.isReadable()) {
            int opcode = frames.readByte() & 0x0F;
            ByteBuf payload = frames.readSlice(Frames.readLength(frames));
            if (body.isReadable()) {
                body.writeByte(SEPARATOR);
            }
            if (opcode == Frames.BINARY) {
                body.writeByte(BINARY);
                ByteBuf base64 = Base64.encode(payload, false);
                body.writeBytes(base64);
                base64.release();
            } else {
                body.writeBytes(payload);
            }
        }
    }
}
