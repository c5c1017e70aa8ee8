package dev.atrium.transport.engineio;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Pattern;

/**
 * One request of a client that polls, to be answered some time, from any thread: the connection that it speaks for may live on
 * another event loop than the one that it came by.
 */
final class Exchange {

    /** A clock, in seconds perhaps: two requests may carry the same. */
    private static final Pattern CLOCK = Pattern.compile("[0-9.]+");
    private static final String TEXT = "text/plain; charset=UTF-8";

    private final HttpServerRequest request;
    private final Context context = Vertx.currentContext();

    private final String stamp;
    private final String forwarder;

    /** @param stamp what tells this request from the others of its client ({@code t} of the query), or null */
    Exchange(HttpServerRequest request, String stamp) {
        this.request = request;
        this.stamp = stamp == null || CLOCK.matcher(stamp).matches() ? null : stamp;
        this.forwarder = request.getHeader(Forwarding.FORWARDED);
    }

    /** Whether it may come once more by another way, and would be known again. */
    boolean isRepeatable() {
        return forwarder != null && stamp != null;
    }

    /** Whether it is an earlier request once more: a load balancer asks another replica if the one that forwarded it is gone. */
    boolean repeats(Exchange earlier) {
        return earlier != null && earlier.isRepeatable() && earlier.stamp.equals(stamp) && !earlier.forwarder.equals(forwarder);
    }

    /** Runs the task, on any thread, if the client goes before it was answered. */
    void whenGone(Runnable task) {
        request.response().closeHandler(closed -> task.run());
        if (request.response().closed()) {
            // Before anybody could be told.
            task.run();
        }
    }

    /** Packets, or the end of a poll. */
    void packets(ByteBuf payload) {
        reply(200, TEXT, payload);
    }

    /** A POST was taken. */
    void ok() {
        reply(200, "text/html", bytes("ok"));
    }

    void refuse(EngineIoError error) {
        reply(400, "application/json", bytes(error.json()));
    }

    void refuse(int status) {
        reply(status, TEXT, Unpooled.EMPTY_BUFFER);
    }

    /** Cuts its connection: there is no answer that its client would understand. */
    void reset() {
        context.runOnContext(now -> request.response().reset());
    }

    private void reply(int status, String type, ByteBuf body) {
        context.runOnContext(now -> {
            if (request.response().closed()) {
                body.release();
                return;
            }
            request.response().setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, type)
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(Buffer.buffer(body));
        });
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(Buffer.buffer(text).getBytes());
    }
}
