package dev.atrium.warmup;

import java.io.IOException;
import java.net.Socket;

/** Client of the plain socket: sends a message, receives it, and closes. */
final class PlainWarmUpClient extends WarmUpClient {

    private static final byte[] HANDSHAKE = handshake("/rooms/warm-up");
    private static final byte[] HELLO = text("hello");

    @Override
    void runConnection(Socket socket) throws IOException {
        socket.getOutputStream().write(HANDSHAKE);
        readUntil(socket, "101 Switching Protocols");
        socket.getOutputStream().write(HELLO);
        readUntil(socket, "hello");
        close(socket);
    }
}
