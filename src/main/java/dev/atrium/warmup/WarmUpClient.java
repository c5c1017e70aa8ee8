package dev.atrium.warmup;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Minimal blocking WebSocket client, so that the JVM compiles the server's code and not the client's. */
abstract class WarmUpClient {

    private static final int FINAL_TEXT = 0x81;
    private static final int FINAL_CLOSE = 0x88;
    private static final int MASKED = 0x80;
    private static final int LENGTH_FOLLOWS = 126;
    private static final int MASK_BYTES = 4;

    private static final byte[] CLOSE = frame(FINAL_CLOSE, "");

    private static final String ANSWER = "HTTP/1.1 ";
    private static final String UPGRADED = ANSWER + "101";

    private final byte[] buffer = new byte[4096];

    /** Runs one connection, from the handshake to the close. Blocks; on a warm-up thread. */
    abstract void runConnection(Socket socket) throws IOException;

    /** Forgets what earlier connections have left for the next one, because the last one has failed. */
    void forget() {
    }

    static byte[] handshake(String path) {
        // Key from the example in RFC 6455 section 1.3.
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] text(String payload) {
        return frame(FINAL_TEXT, payload);
    }

    private static byte[] frame(int first, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (bytes.length < LENGTH_FOLLOWS) {
            frame.write(MASKED | bytes.length);
        } else {
            frame.write(MASKED | LENGTH_FOLLOWS);
            frame.write(bytes.length >> 8);
            frame.write(bytes.length);
        }
        // Mask of zeros: RFC 6455 section 5.3 requires a mask, and this one leaves the payload unchanged.
        frame.writeBytes(new byte[MASK_BYTES]);
        frame.writeBytes(bytes);
        return frame.toByteArray();
    }

    /** Reads until the awaited text was received, and returns all received text. */
    final String readUntil(Socket socket, String awaited) throws IOException {
        StringBuilder received = new StringBuilder();
        while (received.indexOf(awaited) < 0) {
            int count = socket.getInputStream().read(buffer);
            if (count < 0) {
                throw new EOFException("connection closed before the server sent " + awaited);
            }
            received.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            if (received.indexOf(ANSWER) == 0 && received.indexOf(UPGRADED) != 0 && received.indexOf("\r\n") > 0) {
                // Most likely by a permission, a route or an upgrade check of the application.
                throw new IOException(
                        "a handshake was answered with " + received.substring(ANSWER.length(), received.indexOf("\r\n")));
            }
        }
        return received.toString();
    }

    /** Closing handshake (RFC 6455 section 7). */
    final void close(Socket socket) throws IOException {
        socket.getOutputStream().write(CLOSE);
        InputStream rest = socket.getInputStream();
        while (rest.read(buffer) >= 0) {
            // Waits for the server to close first, so that the client's port does not stay in TIME_WAIT.
        }
    }

    /** Makes the socket's close a reset, without a closing handshake and without TIME_WAIT. */
    static void cut(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
    }
}
