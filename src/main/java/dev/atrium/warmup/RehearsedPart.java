package dev.atrium.warmup;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * What one client of a rehearsal does: it connects, speaks when it has been let in, and closes when it has heard its answer.
 * Its bytes are made once, so that the JVM spends its time on the server's side and not on a client nobody will use.
 *
 * @param request the handshake
 * @param cue what the server says when the client may speak
 * @param lines what it says then
 * @param end what the server says last
 */
record RehearsedPart(byte[] request, String cue, byte[] lines, String end) {

    private static final int FINAL_TEXT = 0x81;
    private static final int FINAL_CLOSE = 0x88;
    private static final int MASKED = 0x80;
    private static final int MASK_BYTES = 4;
    private static final int BUFFER_BYTES = 4096;
    private static final byte[] CLOSE = frame(FINAL_CLOSE, "");

    static final RehearsedPart PLAIN = new RehearsedPart(handshake("/rooms/warm-up"), "101 Switching Protocols",
            frame(FINAL_TEXT, "hello"), "hello");

    static final RehearsedPart SESSION = new RehearsedPart(handshake("/ws"), "@welcome",
            joined(frame(FINAL_TEXT, "{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"warm-up\"}}"),
                    frame(FINAL_TEXT, "{\"seq\":2,\"cmd\":\"send\",\"params\":{\"room\":\"warm-up\",\"data\":{\"text\":\"hello\"}}}")),
            "\"seq\":2");

    private static byte[] handshake(String path) {
        // The key of RFC 6455 section 1.3.
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] frame(int first, String payload) {
        // A mask of zeros: masked as RFC 6455 section 5.3 asks, and the same bytes each time.
        byte[] bytes = payload.getBytes(StandardCharsets.US_ASCII);
        return joined(new byte[] { (byte) first, (byte) (MASKED | bytes.length) }, new byte[MASK_BYTES], bytes);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** From the handshake until the server closes the connection. Blocks; on a thread of the rehearsal. */
    void play(Socket socket) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        socket.getOutputStream().write(request);
        hear(socket, cue, buffer);
        socket.getOutputStream().write(lines);
        hear(socket, end, buffer);
        socket.getOutputStream().write(CLOSE);
        InputStream rest = socket.getInputStream();
        while (rest.read(buffer) >= 0) {
            // Whoever closes last leaves no port of the loopback address resting.
        }
    }

    private static void hear(Socket socket, String awaited, byte[] buffer) throws IOException {
        StringBuilder heard = new StringBuilder();
        while (heard.indexOf(awaited) < 0) {
            int count = socket.getInputStream().read(buffer);
            if (count < 0) {
                throw new EOFException("closed before it said " + awaited);
            }
            heard.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        }
    }
}
