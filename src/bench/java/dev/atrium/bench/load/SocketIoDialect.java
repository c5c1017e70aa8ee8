package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Engine.IO 4 over WebSocket only, and the part of Socket.IO that joining a room and emitting one event needs. */
public final class SocketIoDialect implements Dialect {

    private final String head;

    private SocketIoDialect(String event) {
        this.head = "42[\"" + event + "\",\"";
    }

    public static SocketIoDialect rooms() {
        return new SocketIoDialect("message");
    }

    public static SocketIoDialect echo() {
        return new SocketIoDialect("echo");
    }

    @Override
    public String path(String room) {
        return "/socket.io/?EIO=4&transport=websocket";
    }

    @Override
    public void opened(Client client) {
        // The server sends its open packet first.
    }

    @Override
    public boolean received(Client client, ByteBuf in, int at, int length) {
        switch (in.getByte(at)) {
            case '0' -> client.send("40");
            case '2' -> client.send("3");
            case '4' -> {
                return socketIo(client, in, at, length);
            }
            default -> {
            }
        }
        return false;
    }

    private static boolean socketIo(Client client, ByteBuf in, int at, int length) {
        byte type = length > 1 ? in.getByte(at + 1) : 0;
        if (type == '2') {
            return true;
        }
        if (type == '0') {
            client.send("420[\"join\",\"" + client.room() + "\"]");
        } else if (type == '3' && !client.hasJoined()) {
            client.joined();
        }
        return false;
    }

    @Override
    public byte[] publication(byte[] text) {
        return (head + new String(text, StandardCharsets.US_ASCII) + "\"]").getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public int textAt() {
        return head.length();
    }
}
