package dev.atrium.transport.admission;

import dev.atrium.session.RequestMemory;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Handler that passes pipelined requests (RFC 9112 section 9.3.2) on one by one, each when the last one has its response and
 * the client has taken most of it. Vert.x would write the responses to all of them: a client that does not read would take all
 * memory. It is added when a request has to wait, and removes itself when none does. On the connection's event loop.
 */
final class PipelinedRequests extends ChannelDuplexHandler {

    /** Approximate bytes of a request, or of a part of its body, without its headers and its content. */
    private static final int MESSAGE_BYTES = 300;

    /** At most what was received with one read. */
    private final Queue<Object> waiting = new ArrayDeque<>();
    private final RequestMemory memory;
    private RequestMemory.Share share;
    private long waitingBytes;
    private ChannelHandlerContext context;
    private boolean unanswered;

    private PipelinedRequests(boolean unanswered, RequestMemory memory) {
        this.unanswered = unanswered;
        this.memory = memory;
    }

    /**
     * Holds the next request back, if it has to wait.
     *
     * @param guard context behind which requests are held
     * @param unanswered whether an earlier request has no response yet
     * @param memory counts what waits: of requests without headers, a read has thousands
     */
    static void hold(ChannelHandlerContext guard, boolean unanswered, RequestMemory memory) {
        if ((unanswered || !guard.channel().isWritable()) && guard.pipeline().get(PipelinedRequests.class) == null) {
            guard.pipeline().addAfter(guard.name(), null, new PipelinedRequests(unanswered, memory));
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    private boolean mustWait(Object message) {
        return message instanceof HttpRequest && (unanswered || !context.channel().isWritable());
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        if (!waiting.isEmpty() || mustWait(message)) {
            waiting.add(message);
            count(bytes(message));
        } else {
            pass(message);
        }
    }

    private void count(long more) {
        waitingBytes += more;
        if (share == null && waitingBytes > 0) {
            Channel channel = context.channel();
            share = memory.share(channel.eventLoop(), channel::close);
        }
        if (share != null) {
            share.hold(waitingBytes);
        }
    }

    private static long bytes(Object message) {
        long bytes = MESSAGE_BYTES;
        if (message instanceof HttpRequest request) {
            bytes += 2L * request.uri().length() + UnfinishedHeaders.bytes(request.headers());
        }
        return message instanceof HttpContent content ? bytes + content.content().readableBytes() : bytes;
    }

    private void pass(Object message) {
        unanswered |= message instanceof HttpRequest;
        context.fireChannelRead(message);
    }

    /** Does not read more while requests wait. */
    @Override
    public void read(ChannelHandlerContext reading) {
        if (waiting.isEmpty()) {
            reading.read();
        }
    }

    @Override
    public void write(ChannelHandlerContext writing, Object message, ChannelPromise promise) {
        boolean interim = message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        writing.write(message, promise);
        if (message instanceof LastHttpContent && !interim) {
            unanswered = false;
            // As a task, because Vert.x is ending the response.
            writing.executor().execute(this::passOn);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        changed.fireChannelWritabilityChanged();
        changed.executor().execute(this::passOn);
    }

    private void passOn() {
        if (context.isRemoved()) {
            return;
        }
        while (!waiting.isEmpty() && !mustWait(waiting.peek())) {
            Object next = waiting.poll();
            count(-bytes(next));
            pass(next);
        }
        context.fireChannelReadComplete();
        if (waiting.isEmpty() && !context.isRemoved()) {
            if (context.channel().config().isAutoRead()) {
                context.read();
            }
            if (!unanswered) {
                context.pipeline().remove(this);
            }
        }
    }

    /** Also after an upgrade: what follows is not of HTTP/1. */
    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        if (share != null) {
            share.release();
        }
    }
}
