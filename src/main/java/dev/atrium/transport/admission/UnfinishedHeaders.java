package dev.atrium.transport.admission;

import dev.atrium.session.RequestMemory;
import io.netty.channel.Channel;

/**
 * Headers of one connection that have not arrived whole, in the memory of all requests: thousands of connections with
 * kilobytes of headers each would take the memory of all. On the connection's event loop.
 */
final class UnfinishedHeaders {

    /** Headers are often parted by the network: a few more bytes are not worth counting. */
    private static final int SMALL_BYTES = 1_024;

    /** Approximate bytes of the objects of one header field, of which four bytes can make one. */
    static final int FIELD_BYTES = 128;

    private final Channel channel;
    private final RequestMemory memory;
    private long bytes;
    private long lines;
    private RequestMemory.Share share;

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
                share = memory.share(() -> channel.eventLoop().execute(channel::close));
            }
            // Netty keeps the bytes, and an array of what it has parsed, which grows by doubling.
            share.hold(RequestMemory.SMALL_BYTES + 2 * bytes + FIELD_BYTES * lines);
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
