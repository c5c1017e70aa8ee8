package dev.atrium.transport.admission;

import dev.atrium.session.RequestMemory;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.Map;

/**
 * Headers of one connection that have not arrived whole, or whose request's body has not, in the memory of all requests:
 * thousands of connections with kilobytes of headers each would take the memory of all. On the connection's event loop.
 */
final class UnfinishedHeaders {

    /** Headers are often parted by the network: a few more bytes are not worth counting. */
    private static final int SMALL_BYTES = 1_024;

    /** Approximate bytes of headers below which a request is not counted while its body arrives. */
    private static final int SMALL_HEAD_BYTES = 8 * 1024;

    /** Approximate bytes of the objects of one header field, of which four bytes can make one. */
    private static final int FIELD_BYTES = 128;

    private final Channel channel;
    private final RequestMemory memory;
    private long bytes;
    private long lines;
    private RequestMemory.Share share;
    private RequestMemory.Share head;

    UnfinishedHeaders(Channel channel, RequestMemory memory) {
        this.channel = channel;
        this.memory = memory;
    }

    /**
     * @param inHeaders whether it ends within headers
     * @param inBody whether it ends within a body; the fields behind a body in chunks are headers, too
     */
    void read(LastRead last, boolean inHeaders, boolean inBody) {
        if (inHeaders) {
            received(last.bytes(), last.lines());
            return;
        }
        if (!inBody || last.hasContent()) {
            end();
        }
        if (inBody && last.isChunked()) {
            int around = last.bytesAroundContent();
            received(around, Math.min(around, last.lines()));
        }
    }

    /**
     * So many more bytes were received, and the headers are not whole. The connection is closed if they are too many.
     *
     * @param moreLines ends of lines among them
     */
    void received(int more, int moreLines) {
        bytes += more;
        lines += moreLines;
        if (bytes > SMALL_BYTES) {
            if (share == null) {
                share = memory.share(channel.eventLoop(), channel::close);
            }
            // Netty keeps the bytes, and an array of what it has parsed, which grows by doubling.
            share.hold(RequestMemory.SMALL_BYTES + 2 * bytes + FIELD_BYTES * lines);
        }
    }

    /**
     * Counts the headers of a request until its body is there: Vert.x keeps them so long, also of a request that was answered.
     * Not by ending the connection later: in one turn of the event loop a thousand can arrive.
     *
     * @return whether there is room for them; if not, the request must not be handled
     */
    boolean awaitBody(HttpRequest request) {
        boolean hasBody = HttpUtil.isContentLengthSet(request) || HttpUtil.isTransferEncodingChunked(request);
        long size = hasBody ? bytes(request.headers()) : 0;
        if (size <= SMALL_HEAD_BYTES) {
            return true;
        }
        head = memory.share(channel.eventLoop(), channel::close);
        // Jakarta REST copies them.
        return head.tryHold(RequestMemory.SMALL_BYTES + 2 * size);
    }

    /** Returns about how many bytes headers take. */
    static long bytes(Iterable<Map.Entry<String, String>> headers) {
        long bytes = 0;
        for (Map.Entry<String, String> field : headers) {
            bytes += FIELD_BYTES + field.getKey().length() + field.getValue().length();
        }
        return bytes;
    }

    /** The body is whole, or the connection is gone. */
    void bodyReceived() {
        if (head != null) {
            head.release();
            head = null;
        }
    }

    /** The headers are whole, or the connection is gone. */
    void end() {
        bytes = 0;
        lines = 0;
        if (share != null) {
            share.release();
            share = null;
        }
    }
}
