package dev.atrium.transport.admission;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
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

    /** At most what was received with one read. */
    private final Queue<Object> waiting = new ArrayDeque<>();
    private ChannelHandlerContext context;
    private boolean unanswered;

    private PipelinedRequests(boolean unanswered) {
        this.unanswered = unanswered;
    }

    /**
     * Holds the next request back, if it has to wait.
     *
     * @param guard context behind which requests are held
     * @param unanswered whether an earlier request has no response yet
     */
    static void hold(ChannelHandlerContext guard, boolean unanswered) {
        if ((unanswered || !guard.channel().isWritable()) && guard.pipeline().get(PipelinedRequests.class) == null) {
            guard.pipeline().addAfter(guard.name(), null, new PipelinedRequests(unanswered));
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
        } else {
            pass(message);
        }
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
            pass(waiting.poll());
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
    }
}
