package dev.atrium.transport.admission;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

/**
 * Guard of an HTTP/1 connection, behind its codec: closes it when the headers or the body of a request do not arrive in time,
 * with 408 if no response has begun, and answers with a problem document what the codec cannot parse or Quarkus rejects before
 * its router. Vert.x has one idle timeout: a client that sends a byte now and then never reaches it, and it would end quiet
 * responses. A connection whose responses take long is left alone, and so is one that the server does not read from. On the
 * connection's event loop.
 */
final class HttpGuard extends ChannelDuplexHandler {

    /** Time for a client to read the last response before the connection is closed. */
    private static final long CLOSE_MILLIS = 3_000;

    /** Time for the rest of headers that cannot be parsed. */
    private static final long REST_MILLIS = 500;

    private final SlowRequests limits;
    private final CorsHeaders cors;
    private final ReceivedBytes bytes = new ReceivedBytes();
    private UnfinishedHeaders unfinished;
    private ChannelHandlerContext context;
    private Runnable first;
    private ScheduledFuture<?> headers;
    private BodyDeadline body;
    /** Bytes of all bodies. */
    private long received;
    /** The same after which a connection that upgrades to HTTP/2 ends. */
    private long maxReceived;
    private final LastRead lastRead = new LastRead();
    private boolean parsed;
    private boolean inBody;
    private int unanswered;
    /** Called when the client has taken the response; null for nothing. */
    private Runnable sent;
    private boolean responding;
    private boolean upgrading;
    private String origin;
    private boolean head;
    private boolean continueExpected;
    private boolean closing;
    /** Answer to a request that cannot be parsed, while its origin is searched for. */
    private Problem malformed;
    /** Null if pages of any origin may read responses, or none. */
    private final OriginSearch search;

    /**
     * @param first called when the headers of the first request are received, which have a deadline of their own; null if they
     *        were
     */
    HttpGuard(SlowRequests limits, CorsHeaders cors, Runnable first) {
        this.limits = limits;
        this.cors = cors;
        this.first = first;
        this.search = cors.areListed() ? new OriginSearch() : null;
    }

    void install(ChannelPipeline pipeline) {
        HttpChannel.aroundCodec(pipeline, bytes, this);
    }

    /** Installs the handler while a request is handled whose headers have passed already. */
    void install(ChannelPipeline pipeline, boolean hasBody) {
        unanswered = 1;
        inBody = hasBody;
        install(pipeline);
    }

    /** Sets what is called once the client has taken the response to the present request, or is gone. */
    void whenSent(Runnable task) {
        sent = task;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        unfinished = new UnfinishedHeaders(added.channel(), limits.memory());
        body = new BodyDeadline(added.executor(), limits, () -> received, this::isBodyExcused, this::bodyExpired);
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        parsed = true;
        if (closing) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request) {
            lastRead.parsed(request);
            headersReceived();
            PipelinedRequests.hold(reading, unanswered > 0, limits.memory());
            unanswered++;
            origin = request.headers().get(HttpHeaderNames.ORIGIN);
            head = request.method().equals(HttpMethod.HEAD);
            ExtensionOffers.keepReadable(request.headers());
            if (request.decoderResult().isFailure() && unanswered == 1) {
                malformed(request);
                return;
            }
            inBody = true;
            if (!unfinished.awaitBody(request)) {
                closing = true;
                ReferenceCountUtil.release(message);
                reading.close();
                return;
            }
            continueExpected = HttpUtil.is100ContinueExpected(request);
            body.reset();
        }
        if (message instanceof HttpContent content) {
            if (content.decoderResult().isFailure() && unanswered == 1 && !responding && !upgrading) {
                ReferenceCountUtil.release(message);
                close(Problem.of(400, "body: expected chunks of HTTP/1.1"));
                return;
            }
            received += content.content().readableBytes();
            lastRead.parsed(content);
            if (upgrading && received > maxReceived) {
                // HTTP/1 knows no window, and Vert.x keeps what a stream does not read.
                reading.close();
            }
            if (content instanceof LastHttpContent) {
                inBody = false;
                body.end();
                unfinished.bodyReceived();
            }
        }
        reading.fireChannelRead(message);
    }

    private void headersReceived() {
        headers = cancelled(headers);
        if (first != null) {
            first.run();
            first = null;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        SlowReader.watch(changed.channel(), limits.responseMillis());
        changed.fireChannelWritabilityChanged();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext reading) {
        if (inBody) {
            body.start();
        }
        reading.fireChannelReadComplete();
    }

    /**
     * The server does not know how fast a client is that it does not read from, or that waits for 100 (Continue); and the
     * response to an earlier request must not suffer.
     */
    private boolean isBodyExcused() {
        return !context.channel().config().isAutoRead() || !context.channel().isWritable() || continueExpected
                || unanswered > 1;
    }

    private void bodyExpired() {
        limits.missed(context.channel().remoteAddress());
        tooLate("body");
    }

    private void headersExpired() {
        headers = null;
        if (unanswered > 0) {
            // The response to an earlier request must not suffer.
            headers = schedule(this::headersExpired, limits.headerMillis());
        } else {
            limits.missed(context.channel().remoteAddress());
            tooLate("headers");
        }
    }

    /** Closes the connection, with 408 if no response has begun. */
    void tooLate(String part) {
        if (unanswered > 1 || responding || upgrading || unanswered == 0 && inBody) {
            context.close();
        } else {
            close(new Problem(408, HttpResponseStatus.REQUEST_TIMEOUT.reasonPhrase(), part + ": not received in time"));
        }
    }

    private void malformed(HttpRequest request) {
        Throwable cause = request.decoderResult().cause();
        HttpResponseStatus status = cause instanceof TooLongHttpLineException ? HttpResponseStatus.REQUEST_URI_TOO_LONG
                : cause instanceof TooLongHttpHeaderException ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                        : HttpResponseStatus.BAD_REQUEST;
        ReferenceCountUtil.release(request);
        malformed = Problem.of(status.code(), "request: expected a request line and headers of HTTP/1.1");
        if (search != null && !search.isOver()) {
            // The rest of the headers may name the origin.
            headers = schedule(this::answerMalformed, REST_MILLIS);
        } else {
            answerMalformed();
        }
    }

    private void answerMalformed() {
        if (search != null) {
            origin = search.origin();
        }
        Problem problem = malformed;
        malformed = null;
        close(problem);
    }

    private void close(Problem problem) {
        FullHttpResponse response = ProblemResponse.of(problem, cors, origin);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(response, closeAfter(context.newPromise()));
    }

    /**
     * Closes the connection after a response. What the client still sends is discarded for a while: closing at once would reset
     * the connection, and the response would be lost.
     */
    private ChannelPromise closeAfter(ChannelPromise response) {
        closing = true;
        stop();
        schedule(context::close, CLOSE_MILLIS);
        return response.addListener(sent -> {
            if (context.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            }
        });
    }

    @Override
    public void write(ChannelHandlerContext writing, Object message, ChannelPromise written) {
        ChannelPromise promise = written;
        if (closing) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        boolean interim = false;
        if (message instanceof HttpResponse response) {
            interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            continueExpected &= !interim;
            if (interim) {
                body.restart();
            }
            responding |= !interim;
            if (response.status().code() == 101) {
                // From here on it is a WebSocket, HTTP/2 or a tunnel. For HTTP/2 Vert.x removes the handlers of HTTP/1 itself,
                // when the request's body has arrived.
                upgrading = response.headers().contains(HttpHeaderNames.UPGRADE, "h2c", true);
                maxReceived = received + limits.upgradeBodyBytes();
                if (!upgrading) {
                    remove();
                }
            }
        }
        if (message instanceof LastHttpContent && !interim) {
            unanswered--;
            responding = false;
            promise = reportSent(promise);
            if (unanswered == 1) {
                body.restart();
            }
        }
        if (message instanceof FullHttpResponse empty && isEmptyRefusal(empty)) {
            FullHttpResponse response = ProblemResponse.insteadOf(empty, cors, origin);
            if (inBody) {
                // The next request of a client that does not send its body would be taken for it.
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
                writing.write(response, closeAfter(promise.unvoid()));
            } else {
                writing.write(response, promise);
            }
        } else {
            writing.write(message, promise);
        }
    }

    private ChannelPromise reportSent(ChannelPromise promise) {
        Runnable task = sent;
        sent = null;
        return task == null ? promise : promise.unvoid().addListener(taken -> task.run());
    }

    /** Returns whether a response is a 400 that has not passed the router, which adds headers to each response. */
    private boolean isEmptyRefusal(FullHttpResponse response) {
        // With several requests unanswered, it is not known whose response this is, and one to HEAD has no body.
        return response.status().code() == 400 && unanswered == 0 && !head && cors.areEnabled()
                && !response.content().isReadable() && !response.headers().contains(HttpHeaderNames.VARY);
    }

    private void remove() {
        context.pipeline().remove(bytes);
        context.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        stop();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
        HttpChannel.failed(failed, cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext closed) {
        stop();
        if (sent != null) {
            sent.run();
        }
        closed.fireChannelInactive();
    }

    private void stop() {
        headers = cancelled(headers);
        body.end();
        inBody = false;
        unfinished.end();
        unfinished.bodyReceived();
    }

    private ScheduledFuture<?> schedule(Runnable task, long millis) {
        return context.executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private static ScheduledFuture<?> cancelled(ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
        return null;
    }

    /** Handler in front of the codec, which sees bytes that do not complete a request's headers. */
    private final class ReceivedBytes extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext reading, Object message) {
            if (search != null && message instanceof ByteBuf received && !inBody && !closing) {
                if (parsed && malformed == null) {
                    search.reset();
                }
                search.search(received);
                if (malformed != null && search.isOver()) {
                    answerMalformed();
                }
            }
            parsed = false;
            lastRead.received((ByteBuf) message, inBody);
            reading.fireChannelRead(message);
            // After an upgrade what follows is not of HTTP/1.
            boolean inHeaders = !reading.isRemoved() && !closing && !inBody
                    && !(parsed && (lastRead.isBlank() || lastRead.endsWithMessage()));
            unfinished.read(lastRead, inHeaders, inBody && !closing);
            if (inHeaders && !lastRead.isBlank() && malformed == null && first == null && headers == null
                    && limits.headerMillis() > 0) {
                headers = schedule(HttpGuard.this::headersExpired, limits.headerMillis());
            }
            lastRead.release(inHeaders);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext removed) {
            ChannelHandlerContext codec = HttpChannel.http2(removed.pipeline());
            if (upgrading && codec != null) {
                FrameDeadline.install(codec, limits, true);
            }
        }
    }
}
