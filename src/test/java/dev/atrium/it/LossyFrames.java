package dev.atrium.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Stream that drops a share of the binary WebSocket messages that clients send through a {@link HostileProxy}: whole messages,
 * chosen at random from a seed. Everything else passes: text, control frames between fragments, and connections that are not
 * WebSockets.
 */
final class LossyFrames implements UnaryOperator<OutputStream> {

    private final Random random;
    private final double share;
    private final AtomicInteger lost = new AtomicInteger();

    /** @param share from 0 (none) to 1 (all) */
    LossyFrames(double share, long seed) {
        this.share = share;
        this.random = new Random(seed);
    }

    /** Number of messages dropped so far, on all connections. */
    int lost() {
        return lost.get();
    }

    @Override
    public OutputStream apply(OutputStream out) {
        return new Lossy(out);
    }

    private boolean loses() {
        boolean loses = random.nextDouble() < share;
        if (loses) {
            lost.incrementAndGet();
        }
        return loses;
    }

    /** Output of one client. */
    private final class Lossy extends OutputStream {

        private final OutputStream out;
        private final ByteArrayOutputStream head = new ByteArrayOutputStream();
        /** Remaining bytes of the current frame's payload. */
        private long left;
        /** Whether the current frame is dropped; the continuations of a dropped message are dropped as well. */
        private boolean losing;
        private boolean losingMessage;
        private State state = State.REQUEST;

        private Lossy(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] { (byte) b }, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            int end = from + length;
            int at = from;
            while (at < end) {
                at = switch (state) {
                    case REQUEST -> request(bytes, at);
                    case FRAME_HEAD -> frameHead(bytes, at);
                    case PAYLOAD -> payload(bytes, at, end);
                    case NO_WEBSOCKET -> pass(bytes, at, end);
                };
            }
            out.flush();
        }

        private int request(byte[] bytes, int at) throws IOException {
            head.write(bytes[at]);
            String request = bytes[at] == '\n' ? head.toString(StandardCharsets.ISO_8859_1) : "";
            if (request.endsWith("\r\n\r\n")) {
                // Browsers use a new connection for an upgrade, so a connection that begins with another request never becomes a WebSocket.
                boolean upgrade = request.toLowerCase(Locale.ROOT).contains("\r\nupgrade: websocket\r\n");
                state = upgrade ? State.FRAME_HEAD : State.NO_WEBSOCKET;
                flushHead();
            }
            return at + 1;
        }

        private int frameHead(byte[] bytes, int at) throws IOException {
            head.write(bytes[at]);
            byte[] read = head.toByteArray();
            if (read.length >= 2 && read.length == headLength(read)) {
                begin(read);
            }
            return at + 1;
        }

        private void begin(byte[] read) throws IOException {
            int opcode = read[0] & 0x0F;
            if ((read[0] & 0x40) != 0) {
                throw new IOException("a compressed message cannot be lost: those after it could not be read");
            }
            if (opcode == 1 || opcode == 2) {
                losingMessage = opcode == 2 && loses();
            }
            // Control frames may come between the fragments of a message and are not part of it.
            losing = losingMessage && opcode < 8;
            left = payloadLength(read);
            if (losing) {
                head.reset();
            } else {
                flushHead();
            }
            state = left == 0 ? State.FRAME_HEAD : State.PAYLOAD;
        }

        private int payload(byte[] bytes, int at, int end) throws IOException {
            int length = (int) Math.min(left, end - at);
            if (!losing) {
                out.write(bytes, at, length);
            }
            left -= length;
            if (left == 0) {
                state = State.FRAME_HEAD;
            }
            return at + length;
        }

        private int pass(byte[] bytes, int at, int end) throws IOException {
            out.write(bytes, at, end - at);
            return end;
        }

        private void flushHead() throws IOException {
            out.write(head.toByteArray());
            head.reset();
        }
    }

    private enum State {
        REQUEST,
        FRAME_HEAD,
        PAYLOAD,
        NO_WEBSOCKET
    }

    /** Length of the frame header: two bytes, the extended length, and the mask. */
    private static int headLength(byte[] head) {
        return 2 + lengthBytes(head) + ((head[1] & 0x80) == 0 ? 0 : 4);
    }

    private static int lengthBytes(byte[] head) {
        return switch (head[1] & 0x7F) {
            case 126 -> 2;
            case 127 -> 8;
            default -> 0;
        };
    }

    private static long payloadLength(byte[] head) {
        int bytes = lengthBytes(head);
        long length = bytes == 0 ? head[1] & 0x7F : 0;
        for (int i = 2; i < 2 + bytes; i++) {
            length = length << 8 | head[i] & 0xFF;
        }
        return length;
    }
}
