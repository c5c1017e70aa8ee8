package dev.atrium.transport.websocket;

import dev.atrium.gateway.Json;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Encoder of whole, unmasked server frames (RFC 6455 section 5.2). */
public final class Frames {

    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    static final int PING = 0x9;
    static final int PONG = 0xA;

    static final int FIN = 0x80;
    static final int LENGTH_16 = 126;
    static final int LENGTH_64 = 127;

    private Frames() {
    }

    public static byte[] text(String text) {
        return of(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Encodes a JSON value as a text frame. */
    static byte[] json(Json.Value value) {
        return of(TEXT, Json.bytes(value));
    }

    /** Encodes a JSON value, a newline and the bytes as a binary frame. */
    static byte[] json(Json.Value value, byte[] bytes) {
        return of(BINARY, Json.bytes(value, bytes));
    }

    public static byte[] of(int opcode, byte[] payload) {
        int length = payload.length;
        byte[] frame;
        if (length < LENGTH_16) {
            frame = new byte[2 + length];
            frame[1] = (byte) length;
        } else if (length <= 0xFFFF) {
            frame = new byte[4 + length];
            frame[1] = LENGTH_16;
            frame[2] = (byte) (length >> 8);
            frame[3] = (byte) length;
        } else {
            frame = new byte[10 + length];
            frame[1] = LENGTH_64;
            frame[6] = (byte) (length >> 24);
            frame[7] = (byte) (length >> 16);
            frame[8] = (byte) (length >> 8);
            frame[9] = (byte) length;
        }
        frame[0] = (byte) (FIN | opcode);
        System.arraycopy(payload, 0, frame, frame.length - length, length);
        return frame;
    }

    /** Reads the payload length of a server frame, from after its first byte. */
    public static int readLength(ByteBuf frames) {
        int length = frames.readByte() & 0x7F;
        if (length == LENGTH_16) {
            return frames.readUnsignedShort();
        }
        return length == LENGTH_64 ? (int) frames.readLong() : length;
    }
}
