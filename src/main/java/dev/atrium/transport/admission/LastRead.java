package dev.atrium.transport.admission;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ByteProcessor;

/**
 * Last read of an HTTP/1 connection: what was read, and whether it ends with the last parsed message. The codec does not reveal
 * that it keeps the beginning of another one. Only positions tell: a body may look like anything, also like its end. On the
 * connection's event loop.
 */
final class LastRead {

    private ByteBuf buffer;
    private boolean withinHeaders;
    /** Position behind the headers of the last message; -1 if it is not known, because a chunked body precedes them. */
    private int bodyStart;
    private int bodyBytes;
    /** Bytes of the bodies before the last message. */
    private int contentBytes;
    private boolean chunked;
    /** Whether what was read before ends within headers, and with the end of a line. */
    private boolean begun;
    private boolean atLineStart;

    /**
     * Keeps what was read, until {@link #release}.
     *
     * @param inBody whether it begins within a body
     */
    void received(ByteBuf received, boolean inBody) {
        buffer = received.retainedDuplicate();
        withinHeaders = !inBody;
        bodyStart = buffer.readerIndex();
        bodyBytes = 0;
        contentBytes = 0;
        if (inBody) {
            begun = false;
        }
    }

    /** Notes a request whose headers end in what was read. */
    void parsed(HttpRequest request) {
        if (buffer == null) {
            // The connection has ended, and its codec decodes the rest.
            return;
        }
        contentBytes += bodyBytes;
        boolean known = bodyStart >= 0 && !(chunked && !withinHeaders);
        bodyStart = known ? endOfHeaders(bodyStart + bodyBytes) : -1;
        bodyBytes = 0;
        withinHeaders = false;
        begun = false;
        chunked = HttpUtil.isTransferEncodingChunked(request);
    }

    void parsed(HttpContent content) {
        bodyBytes += content.content().readableBytes();
    }

    private int endOfHeaders(int from) {
        boolean blank = !begun;
        boolean empty = blank || atLineStart;
        for (int i = from; i < buffer.writerIndex(); i++) {
            byte each = buffer.getByte(i);
            if (each == '\n') {
                if (empty && !blank) {
                    return i + 1;
                }
                empty = true;
            } else if (each != '\r') {
                blank = false;
                empty = false;
            }
        }
        return buffer.writerIndex();
    }

    int bytes() {
        return buffer.readableBytes();
    }

    /** Whether there was something of a body. */
    boolean hasContent() {
        return bodyBytes > 0;
    }

    /** Whether the body of the last message comes in chunks, with fields at its end. */
    boolean isChunked() {
        return chunked;
    }

    /** Bytes that are not of a body. */
    int bytesAroundContent() {
        return Math.max(0, bytes() - contentBytes - bodyBytes);
    }

    /** Number of line ends. */
    int lines() {
        int lines = 0;
        for (int i = buffer.readerIndex(); i < buffer.writerIndex(); i++) {
            lines += buffer.getByte(i) == '\n' ? 1 : 0;
        }
        return lines;
    }

    /** Whether there were empty lines only, which are ignored between requests (RFC 9112 section 2.2). */
    boolean isBlank() {
        return isBlank(buffer.readerIndex());
    }

    private boolean isBlank(int from) {
        return from <= buffer.writerIndex()
                && buffer.forEachByte(from, buffer.writerIndex() - from, ByteProcessor.FIND_NON_CRLF) < 0;
    }

    /** Whether nothing follows the message that was parsed last: its content, or the empty line after headers or chunks. */
    boolean endsWithMessage() {
        if (bodyBytes == 0 || chunked) {
            return endsWithEmptyLine();
        }
        return bodyStart >= 0 && isBlank(bodyStart + bodyBytes);
    }

    /** The beginning of another request has no empty line, but for those before it. */
    private boolean endsWithEmptyLine() {
        int end = buffer.writerIndex();
        int before = end - buffer.readerIndex();
        boolean line = before > 0 && buffer.getByte(end - 1) == '\n';
        return line && (before > 1 && buffer.getByte(end - 2) == '\n'
                || before > 2 && buffer.getByte(end - 2) == '\r' && buffer.getByte(end - 3) == '\n');
    }

    /**
     * Forgets what was read.
     *
     * @param inHeaders whether it ends within headers
     */
    void release(boolean inHeaders) {
        begun = inHeaders && (begun || !isBlank());
        int last = buffer.writerIndex() - 1;
        while (last >= buffer.readerIndex() && buffer.getByte(last) == '\r') {
            last--;
        }
        if (last >= buffer.readerIndex()) {
            atLineStart = buffer.getByte(last) == '\n';
        }
        buffer.release();
        buffer = null;
    }
}
