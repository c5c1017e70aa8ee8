package dev.atrium.transport.engineio;

import dev.atrium.session.RequestMemory;
import dev.atrium.transport.admission.Compression;
import dev.atrium.transport.admission.UnreadResponses;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** One HTTP request of a polling client and its response, from any thread: the connection may be on another event loop. */
final class Exchange {

    private static final Logger LOG = Logger.getLogger(Exchange.class);

    /** A timestamp, possibly in seconds, or nothing: two requests may carry the same. */
    private static final Pattern CLOCK = Pattern.compile("[0-9.]*");
    private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);
    /** The kernel takes as much of a client that does not read. */
    private static final int SMALL_BYTES = 64 * 1024;
    private static final String TEXT = "text/plain; charset=UTF-8";

    private final HttpServerRequest request;
    private final Context context = Vertx.currentContext();

    private final Channel channel;
    private final RequestMemory memory;
    private final String stamp;
    /** The replica that has forwarded the request, and the client's connection to it; or null. */
    private final String forwarder;

    /** @param stamp unique id of the request among those of its client ({@code t} of the query), or null */
    Exchange(HttpServerRequest request, Channel channel, RequestMemory memory, String stamp) {
        this.request = request;
        this.memory = memory;
        this.channel = channel;
        this.stamp = stamp == null || CLOCK.matcher(stamp).matches() || isTime(stamp) ? null : stamp;
        this.forwarder = request.getHeader(Forwarding.FORWARDED);
    }

    /** Returns whether a stamp is the time in milliseconds, as some clients write it: two requests may carry the same. */
    private static boolean isTime(String stamp) {
        try {
            return Math.abs(Long.parseLong(stamp, Character.MAX_RADIX) - System.currentTimeMillis()) < DAY_MILLIS;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Creates a share of the memory of all requests, for what is kept of this one; see {@link RequestMemory#share}. */
    RequestMemory.Share share(Executor loop, Runnable end) {
        return memory.share(loop, end);
    }

    /** Returns the unique id of the request, or null. */
    String stamp() {
        return stamp;
    }

    /** Returns whether another replica has forwarded the request, through which its client may be gone or not. */
    boolean isForwarded() {
        return forwarder != null;
    }

    /**
     * Returns whether this is a repetition of an earlier request: a load balancer retries at another replica if the one that
     * has forwarded the request is gone, and the HTTP stacks of clients repeat a GET whose connection ends before a response
     * (RFC 9110 section 9.2.2).
     */
    boolean repeats(Exchange earlier) {
        return earlier != null && stamp != null && stamp.equals(earlier.stamp)
                && (earlier.isForwarded() ? !earlier.forwarder.equals(forwarder) : earlier.channel != channel);
    }

    /** Runs the task, on the request's event loop, if the client disconnects before the response. */
    void whenGone(Runnable task) {
        context.runOnContext(now -> {
            if (request.response().closed()) {
                // The handler would not be called any more.
                task.run();
            } else if (!request.response().ended()) {
                request.response().closeHandler(closed -> task.run());
            }
        });
    }

    /** Sends packets as the response of a poll. */
    void packets(ByteBuf payload) {
        context.runOnContext(now -> {
            if (!isOver()) {
                Uni.createFrom().deferred(() -> compressed(Buffer.buffer(payload))).subscribe().with(this::sendPackets,
                        failure -> {
                            LOG.error("A payload could not be compressed", failure);
                            request.response().reset();
                        });
            }
        });
    }

    private void sendPackets(Buffer body) {
        if (!isOver() && body.length() > SMALL_BYTES) {
            UnreadResponses.share(memory, request).hold(body.length());
        }
        send(200, TEXT, body);
    }

    private Uni<Buffer> compressed(Buffer payload) {
        return Compression.encode(request, payload, task -> context.runOnContext(later -> task.run()));
    }

    /** Returns whether no response is possible any more: the client is gone, or the body of its request was refused. */
    private boolean isOver() {
        return request.response().closed() || request.response().ended();
    }

    void ok() {
        reply(200, "text/html", Buffer.buffer("ok"));
    }

    void refuse(EngineIoError error) {
        reply(400, "application/json", Buffer.buffer(error.json()));
    }

    /** Refuses a request beside another one of its kind. */
    void refuseSecond() {
        reply(400, TEXT, Buffer.buffer());
    }

    /** Resets the request's connection, because no response would be valid. */
    void reset() {
        context.runOnContext(now -> request.response().reset());
    }

    private void reply(int status, String type, Buffer body) {
        context.runOnContext(now -> send(status, type, body));
    }

    private void send(int status, String type, Buffer body) {
        if (!isOver()) {
            request.response().setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, type)
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(body);
        }
    }
}
