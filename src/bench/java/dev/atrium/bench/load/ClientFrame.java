package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Encoder of what a client writes: the handshake and masked frames (RFC 6455, sections 4.1 and 5.2). */
final class ClientFrame {

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** One mask for all clients: the servers have to unmask in any case, and the generator saves the time for random keys. */
    private static final byte[] MASK = { 0x37, (byte) 0xFA, 0x21, 0x3D };

    private ClientFrame() {
    }

    static ByteBuf handshake(String path, int port) {
        String request = "GET " + path + " HTTP/1.1\r\n"
                + "Host: 127.0.0.1:" + port + "\r\n"
                + "Upgrade: websocket\r\n"
                + "Connection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n\r\n";
        return Unpooled.directBuffer(request.length()).writeBytes(request.getBytes(StandardCharsets.US_ASCII));
    }

    static ByteBuf text(byte[] payload) {
        return frame(TEXT, payload);
    }

    static ByteBuf frame(int opcode, byte[] payload) {
        int length = payload.length;
        ByteBuf frame = Unpooled.directBuffer(length + 14);
        frame.writeByte(0x80 | opcode);
        if (length < 126) {
            frame.writeByte(0x80 | length);
        } else if (length < 65536) {
            frame.writeByte(0x80 | 126).writeShort(length);
        } else {
            frame.writeByte(0x80 | 127).writeLong(length);
        }
        frame.writeBytes(MASK);
        for (int i = 0; i < length; i++) {
            frame.writeByte(payload[i] ^ MASK[i & 3]);
        }
        return frame;
    }
}
