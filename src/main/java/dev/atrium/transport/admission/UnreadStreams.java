package dev.atrium.transport.admission;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Responses of an HTTP/2 connection that have not been read: a stream whose window stays closed (RFC 9113 section 5.2) is
 * reset, and the others are not affected. On the connection's event loop.
 */
final class UnreadStreams extends Http2ConnectionAdapter {

    private static final AttributeKey<UnreadStreams> ATTRIBUTE = AttributeKey.valueOf(UnreadStreams.class, "streams");

    private final Channel channel;
    private final Http2Connection connection;
    private final Http2Connection.PropertyKey sent;
    /** Number of times that the client has opened a stream's window: now, and at the last check. */
    private final Http2Connection.PropertyKey opened;
    private final Http2Connection.PropertyKey openedBefore;
    private ScheduledFuture<?> timer;

    private UnreadStreams(Channel channel, Http2ConnectionHandler codec, long millis) {
        this.channel = channel;
        this.connection = codec.connection();
        this.sent = connection.newKey();
        this.opened = connection.newKey();
        this.openedBefore = connection.newKey();
        connection.addListener(this);
        if (millis > 0) {
            timer = channel.eventLoop().scheduleWithFixedDelay(this::check, millis, millis, TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(closed -> timer.cancel(false));
        }
    }

    /**
     * Watches the responses of a connection, unless it is of HTTP/1.
     *
     * @param millis time in which the client has to take something of each response; 0 for no limit, or if no
     *        {@link #windowOpened} is called
     */
    static void watch(Channel channel, long millis) {
        Http2ConnectionHandler codec = channel.pipeline().get(Http2ConnectionHandler.class);
        if (codec != null && channel.attr(ATTRIBUTE).get() == null) {
            channel.attr(ATTRIBUTE).set(new UnreadStreams(channel, codec, millis));
        }
    }

    /** Records that the client has opened the window of a stream, or that of the connection. */
    static void windowOpened(Channel channel, int streamId) {
        UnreadStreams streams = channel.attr(ATTRIBUTE).get();
        Http2Stream stream = streams == null ? null : streams.connection.stream(streamId);
        if (stream != null) {
            stream.setProperty(streams.opened, count(stream, streams.opened) + 1);
        }
    }

    private static int count(Http2Stream stream, Http2Connection.PropertyKey key) {
        Integer count = stream.getProperty(key);
        return count == null ? 0 : count;
    }

    /** Calls a task once the client has taken a stream's response, or the stream was reset. */
    static void whenSent(Channel channel, int streamId, Runnable task) {
        UnreadStreams streams = channel.attr(ATTRIBUTE).get();
        Http2Stream stream = streams == null ? null : streams.connection.stream(streamId);
        if (stream == null || !stream.state().localSideOpen()) {
            task.run();
            return;
        }
        Runnable earlier = stream.setProperty(streams.sent, task);
        if (earlier != null) {
            stream.setProperty(streams.sent, (Runnable) () -> {
                earlier.run();
                task.run();
            });
        }
    }

    @Override
    public void onStreamHalfClosed(Http2Stream stream) {
        if (!stream.state().localSideOpen()) {
            onStreamClosed(stream);
        }
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
        Runnable task = stream.removeProperty(sent);
        if (task != null) {
            task.run();
        }
    }

    private void check() {
        try {
            connection.forEachActiveStream(stream -> {
                check(stream);
                return true;
            });
        } catch (Http2Exception e) {
            channel.pipeline().fireExceptionCaught(e);
        }
    }

    private void check(Http2Stream stream) {
        Http2RemoteFlowController flow = connection.remote().flowController();
        if (!flow.hasFlowControlled(stream)) {
            stream.removeProperty(openedBefore);
            return;
        }
        // With room in its own window a stream waits for that of the connection.
        Integer now = count(flow.windowSize(stream) > 0 ? connection.connectionStream() : stream, opened);
        if (now.equals(stream.setProperty(openedBefore, now))) {
            HttpChannel.resetStream(channel, stream.id());
        }
    }
}
