package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text of a message: the scheduled send time in nanoseconds as decimal digits, then padding. */
public final class Message {

    /** Size of each measured message in bytes. */
    public static final int LENGTH = 100;

    private static final int DIGITS = 19;

    private Message() {
    }

    public static byte[] at(long nanos) {
        return text(nanos, LENGTH);
    }

    public static byte[] ofLength(int length) {
        return text(0, length);
    }

    private static byte[] text(long nanos, int length) {
        byte[] text = new byte[length];
        Arrays.fill(text, (byte) 'x');
        byte[] digits = String.format("%0" + DIGITS + "d", nanos).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, text, 0, DIGITS);
        return text;
    }

    /** Parses the scheduled send time without allocating. */
    static long time(ByteBuf in, int at) {
        long nanos = 0;
        for (int i = at; i < at + DIGITS; i++) {
            nanos = nanos * 10 + in.getByte(i) - '0';
        }
        return nanos;
    }
}
