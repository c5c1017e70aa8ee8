package dev.atrium.transport.admission;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.RequestMemory;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Bodies of the requests of an HTTP/2 connection that are being received: one that does not arrive in time gets 408, or ends
 * its response, and its stream is reset. The other requests of the connection are not affected. On the connection's event loop.
 */
final class StreamBodies extends Http2ConnectionAdapter {

    /** Approximate bytes of a request without its headers and its body, of which a connection has a hundred at a time. */
    private static final int STREAM_BYTES = 16 * 1024;

    private static final AttributeKey<StreamBodies> ATTRIBUTE = AttributeKey.valueOf(StreamBodies.class, "bodies");

    private final Channel channel;
    private final Http2Connection connection;
    private final SlowRequests limits;
    private final Http2Connection.PropertyKey key;

    private StreamBodies(Channel channel, Http2Connection connection, SlowRequests limits) {
        this.channel = channel;
        this.connection = connection;
        this.limits = limits;
        this.key = connection.newKey();
        connection.addListener(this);
    }

    /**
     * Gives the body of a request its deadline, if it has one that has not arrived.
     *
     * @return false if there is no memory for the request: its stream was reset
     */
    static boolean watch(RoutingContext context, SlowRequests limits) {
        Channel channel = HttpChannel.of(context.request());
        Http2ConnectionHandler codec = channel.pipeline().get(Http2ConnectionHandler.class);
        if (codec == null) {
            return true;
        }
        StreamBodies bodies = channel.attr(ATTRIBUTE).get();
        if (bodies == null) {
            bodies = new StreamBodies(channel, codec.connection(), limits);
            channel.attr(ATTRIBUTE).set(bodies);
        }
        return bodies.watch(context);
    }

    private boolean watch(RoutingContext context) {
        Http2Stream stream = connection.stream(context.request().streamId());
        if (stream != null && stream.state().remoteSideOpen() && stream.getProperty(key) == null) {
            Body body = new Body(context, stream);
            stream.setProperty(key, body);
            body.deadline.start();
            // Jakarta REST copies the headers.
            if (!body.share.tryHold(STREAM_BYTES + 2 * UnfinishedHeaders.bytes(context.request().headers()))) {
                HttpChannel.resetStream(channel, stream.id());
                return false;
            }
        }
        return true;
    }

    @Override
    public void onStreamHalfClosed(Http2Stream stream) {
        if (!stream.state().remoteSideOpen()) {
            onStreamClosed(stream);
        }
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
        Body body = stream.removeProperty(key);
        if (body != null) {
            body.deadline.end();
            body.share.release();
        }
    }

    private final class Body {

        private final RoutingContext context;
        private final Http2Stream stream;
        private final RequestMemory.Share share;
        private final BodyDeadline deadline;

        Body(RoutingContext context, Http2Stream stream) {
            this.context = context;
            this.stream = stream;
            this.share = limits.memory().share(channel.eventLoop(), () -> HttpChannel.resetStream(channel, stream.id()));
            // The server does not know how fast a client is whose data it does not read.
            this.deadline = new BodyDeadline(channel.eventLoop(), limits, context.request()::bytesRead,
                    () -> connection.local().flowController().unconsumedBytes(stream) > 0, this::expired);
        }

        private void expired() {
            onStreamClosed(stream);
            limits.missed(channel.remoteAddress());
            end(context.request());
        }

        private void end(HttpServerRequest request) {
            if (request.response().headWritten()) {
                request.response().reset(request.response().ended() ? Http2Error.NO_ERROR.code()
                        : Http2Error.ENHANCE_YOUR_CALM.code());
                return;
            }
            // RFC 9113 section 8.1: the client need not send the rest. Not by an end handler, which would take the place of that by
            // which Jakarta REST cancels a long poll.
            context.addBodyEndHandler(sent -> request.response().reset(Http2Error.NO_ERROR.code()));
            ErrorReply late = new ErrorReply(408, "body: not received in time");
            // Two answers would be a fault: the route would write its own when the stream is reset.
            if (!BodyReader.reject(context, late)) {
                Problem.send(context, late);
            }
        }
    }
}
