package dev.atrium.transport.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Netty channel of an HTTP connection; no other class uses internals of Vert.x. On its event loop, unless noted otherwise. */
public final class HttpChannel {

    /** Handler names that Vert.x uses: of HTTP/1, which a connection of HTTP/2 does not have, and of TLS. */
    private static final String DECODER = "httpDecoder";
    private static final String ENCODER = "httpEncoder";
    private static final String TLS = "ssl";
    private static final String HANDLER = "handler";

    private HttpChannel() {
    }

    public static Channel of(HttpServerRequest request) {
        return ((ConnectionBase) request.connection()).channel();
    }

    /**
     * Ends a response without what has not been written yet. The close of Vert.x, and its reset over HTTP/1.1, wait until the
     * client has read that, and its reset over HTTP/2 does nothing to a response that has ended: a client that does not read
     * would hold the memory.
     */
    public static void abort(HttpServerRequest request) {
        Channel channel = of(request);
        if (request.version() == HttpVersion.HTTP_2) {
            resetStream(channel, request.streamId());
        } else {
            // From the first context: the handler of Vert.x would intercept it.
            channel.pipeline().firstContext().close();
        }
    }

    /** Returns a request whose body was read before, and which callers may pause: over HTTP/2 Vert.x would throw. */
    public static HttpServerRequest withoutPause(HttpServerRequest read) {
        return new HttpServerRequestWrapper((HttpServerRequestInternal) read) {

            @Override
            public HttpServerRequest pause() {
                return this;
            }

            @Override
            public HttpServerRequest resume() {
                return this;
            }
        };
    }

    /** Resets a stream of a connection of HTTP/2, if it is open. */
    static void resetStream(Channel channel, int id) {
        ChannelHandlerContext codec = http2(channel.pipeline());
        if (codec != null) {
            ((Http2ConnectionHandler) codec.handler()).resetStream(codec, id, Http2Error.CANCEL.code(), codec.newPromise());
            codec.flush();
        }
    }

    /**
     * Tells the next handler of a failure. Ends a connection that has broken before Vert.x has added the handler that would
     * find that: Netty would log a warning for each.
     */
    static void failed(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException && context.pipeline().context(HANDLER) == null) {
            context.close();
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    /** Hands over each channel that listens, of HTTP or not, on its event loop. Any thread. */
    static void forEachListener(Vertx vertx, Consumer<Channel> consumer) {
        forEach(((VertxInternal) vertx).getAcceptorEventLoopGroup(), ServerChannel.class::isInstance, consumer);
    }

    /** Hands over each connection that a listener has accepted, on its event loop. Any thread. */
    static void forEachConnection(Vertx vertx, Channel listener, Consumer<Channel> consumer) {
        forEach(vertx.nettyEventLoopGroup(), channel -> channel.parent() == listener, consumer);
    }

    private static void forEach(EventLoopGroup loops, Predicate<Channel> filter, Consumer<Channel> consumer) {
        for (EventExecutor loop : loops) {
            loop.execute(() -> {
                List<Channel> found = new ArrayList<>();
                ((SingleThreadEventLoop) loop).registeredChannelsIterator().forEachRemaining(found::add);
                found.stream().filter(filter).forEach(consumer);
            });
        }
    }

    /** Returns whether a channel speaks HTTP/1, and not HTTP/2 or something that is not known yet. */
    static boolean isHttp1(ChannelPipeline pipeline) {
        return pipeline.context(DECODER) != null && pipeline.context(ENCODER) != null;
    }

    /** Returns the context of the codec of HTTP/2; null on a connection that does not speak it, or not yet. */
    static ChannelHandlerContext http2(ChannelPipeline pipeline) {
        return pipeline.context(Http2ConnectionHandler.class);
    }

    /** Returns the context of the handler of TLS; null on a connection without it. */
    static ChannelHandlerContext tls(ChannelPipeline pipeline) {
        return pipeline.context(TLS);
    }

    /**
     * Adds a handler in front of the decoder of HTTP/1, and hands it the bytes that the decoder has already. A decoder passes
     * on what it has only when it is removed, so another one takes its place. Called while a request is received.
     *
     * @return false on a connection of HTTP/2
     */
    public static boolean addBeforeNewDecoder(ChannelPipeline pipeline, String name, ChannelHandler handler,
            HttpServerOptions options) {
        if (pipeline.get(DECODER) == null) {
            return false;
        }
        pipeline.addAfter(DECODER, name, handler);
        pipeline.remove(DECODER);
        pipeline.addAfter(name, DECODER, new VertxHttpRequestDecoder(options));
        return true;
    }

    /**
     * Adds handlers around the codec of HTTP/1.
     *
     * @param bytes sees the bytes that the client sends
     * @param messages sees the decoded requests, and the responses
     */
    static void aroundCodec(ChannelPipeline pipeline, ChannelHandler bytes, ChannelHandler messages) {
        pipeline.addBefore(DECODER, null, bytes);
        pipeline.addAfter(ENCODER, null, messages);
    }
}
