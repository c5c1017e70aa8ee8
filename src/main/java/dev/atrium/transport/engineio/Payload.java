package dev.atrium.transport.engineio;

import dev.atrium.transport.websocket.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.base64.Base64;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Codec of long-polling bodies: packets between record separators, binary packets as base64. Pure. */
final class Payload {

    private static final char SEPARATOR = 0x1e;
    static final char BINARY = 'b';

    private Payload() {
    }

    /** Decodes the packets of a body; null if it is not UTF-8. */
    static List<String> decode(byte[] body) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        List<String> packets = new ArrayList<>();
        int from = 0;
        for (int to; (to = text.indexOf(SEPARATOR, from)) >= 0; from = to + 1) {
            packets.add(text.substring(from, to));
        }
        packets.add(text.substring(from));
        return packets;
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

    /**
     * Encodes frames as packets of a polling response.
     *
     * @param frames whole server frames; read to their end
     * @param body receives the packets, after those that it has
     */
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
