package dev.atrium.transport.admission;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;

/**
 * Last read of an HTTP/1 connection: its size, and whether it ends with the last parsed message. The codec does not reveal that
 * it keeps the beginning of another one. On the connection's event loop.
 */
final class LastRead {

    /** Bytes at the end of a content that are compared with what was read, which may end with some line ends more. */
    private static final int TAIL = 16;

    private int bytes;
    private int lines;
    private boolean blank;
    private String tail = "";
    private String content = "";

    /**
     * Notes what was read, without reading it.
     *
     * @param inBody whether it begins within a body, whose lines do not count
     */
    void received(ByteBuf buffer, boolean inBody) {
        bytes = buffer.readableBytes();
        lines = 0;
        if (!inBody) {
            buffer.forEachByte(each -> {
                lines += each == '\n' ? 1 : 0;
                return true;
            });
        }
        // Empty lines between requests are ignored (RFC 9112 section 2.2).
        blank = buffer.forEachByte(ByteProcessor.FIND_NON_CRLF) < 0;
        tail = tail(buffer, 2 * TAIL);
    }

    /** Notes the end of a message that was parsed. */
    void parsed(LastHttpContent last) {
        content = tail(last.content(), TAIL);
    }

    int bytes() {
        return bytes;
    }

    /** Number of line ends. */
    int lines() {
        return lines;
    }

    /** Whether there were empty lines only. */
    boolean isBlank() {
        return blank;
    }

    /** Whether nothing follows the message that was parsed last: its content, or the empty line after headers or chunks. */
    boolean endsWithMessage() {
        return content.isEmpty() ? tail.endsWith("\n\r\n") || tail.endsWith("\n\n")
                // Some clients send a line end after a body, which is ignored.
                : tail.stripTrailing().endsWith(content.stripTrailing());
    }

    private static String tail(ByteBuf buffer, int most) {
        int length = Math.min(most, buffer.readableBytes());
        return buffer.toString(buffer.writerIndex() - length, length, StandardCharsets.ISO_8859_1);
    }
}
