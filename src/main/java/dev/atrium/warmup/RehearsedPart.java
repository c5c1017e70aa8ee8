package dev.atrium.warmup;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
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
record RehearsedPart(Buffer request, String cue, Buffer lines, String end) {

    private static final int FINAL_TEXT = 0x81;
    private static final int FINAL_CLOSE = 0x88;
    private static final int MASKED = 0x80;
    private static final byte[] NO_MASK = new byte[4];

    static final RehearsedPart PLAIN = new RehearsedPart(handshake("/rooms/warm-up"), "101 Switching Protocols",
            text("hello"), "hello");

    static final RehearsedPart SESSION = new RehearsedPart(handshake("/ws"), "@welcome",
            text("{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"warm-up\"}}")
                    .appendBuffer(text("{\"seq\":2,\"cmd\":\"send\",\"params\":{\"room\":\"warm-up\",\"data\":{\"text\":\"hello\"}}}")),
            "\"seq\":2");

    private static Buffer handshake(String path) {
        // The key of RFC 6455 section 1.3.
        return Buffer.buffer("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    }

    private static Buffer text(String text) {
        return frame(FINAL_TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Buffer frame(int first, byte[] payload) {
        return Buffer.buffer().appendByte((byte) first).appendByte((byte) (MASKED | payload.length))
                .appendBytes(NO_MASK).appendBytes(payload);
    }

    Player player(NetSocket socket) {
        return new Player(socket);
    }

    /** One client. On its socket's event loop. */
    final class Player {

        private final NetSocket socket;
        private String awaited = cue;

        private Player(NetSocket socket) {
            this.socket = socket;
        }

        void begin() {
            socket.write(request);
        }

        void hear(Buffer bytes) {
            // An answer that is cut in two is missed; the client then stays, silent, until the rehearsal ends.
            if (awaited == null || !bytes.toString(StandardCharsets.ISO_8859_1).contains(awaited)) {
                return;
            }
            if (awaited.equals(cue)) {
                awaited = end;
                socket.write(lines);
            } else {
                awaited = null;
                socket.write(frame(FINAL_CLOSE, new byte[0]));
            }
        }
    }
}
