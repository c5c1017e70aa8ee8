package dev.atrium.transport.admission;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.RequestMemory;
import dev.atrium.session.Sessions;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Responses that are not read, within the {@link RequestMemory} of all: a large one waits for room. On the event loop. */
@Singleton
public final class UnreadResponses {

    /** Bytes of a page of history while it is made: it is up to a megabyte, and is copied once. */
    private static final long PAGE_BYTES = 2 << 20;

    /** Bytes of an entry of a list, while it is made: a name of 255 bytes, an id, and what stands between them. */
    private static final long ENTRY_BYTES = 600;

    /** Bytes that a response takes beside its body. */
    private static final long OVERHEAD_BYTES = 32 * 1024;

    /** Maximum number of requests that wait for room: each takes memory, too. */
    private static final int MAX_WAITING = 200;

    private static final Duration FIRST_RETRY = Duration.ofMillis(20);
    private static final Duration MAX_RETRY = Duration.ofMillis(200);
    private static final long TIMEOUT_MILLIS = 5_000;

    private static final String SHARE = UnreadResponses.class.getName();

    private final RequestMemory memory;
    private final Sessions sessions;
    private final AtomicInteger waiting = new AtomicInteger();

    UnreadResponses(RequestMemory memory, Sessions sessions) {
        this.memory = memory;
        this.sessions = sessions;
    }

    /** Waits until there is room for a page of history as the response; fails with 503 if there is none in time. */
    public Uni<Void> roomForPage(RoutingContext context) {
        return room(context, PAGE_BYTES);
    }

    /** Waits until there is room for a list of so many names as the response; fails with 503 if there is none in time. */
    public Uni<Void> roomForList(RoutingContext context, int entries) {
        long bytes = entries * ENTRY_BYTES;
        return bytes < RequestMemory.SMALL_BYTES ? Uni.createFrom().voidItem() : room(context, bytes);
    }

    private Uni<Void> room(RoutingContext context, long bytes) {
        RequestMemory.Share share = share(context);
        if (share.tryHold(bytes)) {
            return Uni.createFrom().voidItem();
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return Uni.createFrom().failure(full());
        }
        EventLoop eventLoop = HttpChannel.of(context.request()).eventLoop();
        return Uni.createFrom().item(() -> share.tryHold(bytes) ? Boolean.TRUE : null).onItem().ifNull().fail()
                .onFailure().retry().withBackOff(FIRST_RETRY, MAX_RETRY).expireIn(TIMEOUT_MILLIS)
                .onFailure().transform(late -> full()).onTermination().invoke(waiting::decrementAndGet)
                .replaceWithVoid().emitOn(eventLoop::execute);
    }

    private static ErrorReply full() {
        return ErrorReply.unavailable("too many responses are not read, try again later", true);
    }

    /** Completes on the request's event loop, when it is the turn of the next large response there. */
    public Uni<Void> turn(RoutingContext context) {
        return sessions.replyTurn(HttpChannel.of(context.request()).eventLoop());
    }

    /** Gives the room back while a request waits for messages. */
    public void giveBack(RoutingContext context) {
        share(context).hold(0);
    }

    private RequestMemory.Share share(RoutingContext context) {
        RequestMemory.Share share = context.get(SHARE);
        if (share == null) {
            RequestMemory.Share created = share(memory, context.request());
            context.put(SHARE, created);
            context.addBodyEndHandler(ended -> created.hold(OVERHEAD_BYTES + context.response().bytesWritten()));
            return created;
        }
        return share;
    }

    /** Creates the share of a response, which is released when the client has taken it, or is gone. */
    public static RequestMemory.Share share(RequestMemory memory, HttpServerRequest request) {
        Channel channel = HttpChannel.of(request);
        RequestMemory.Share share = memory.share(channel.eventLoop(), () -> HttpChannel.abort(request));
        HttpGuard guard = channel.pipeline().get(HttpGuard.class);
        if (!channel.isActive()) {
            // The client is gone: nothing would release it later.
            share.release();
        } else if (guard == null) {
            UnreadStreams.whenSent(channel, request.streamId(), share::release);
        } else {
            guard.whenSent(share::release);
        }
        return share;
    }

    /** Counts the response to a request of HTTP/2 from its end on: a client may leave the responses of many streams unread. */
    void countFromEnd(RoutingContext context) {
        context.addBodyEndHandler(ended -> {
            if (context.get(SHARE) == null) {
                share(memory, context.request()).hold(OVERHEAD_BYTES);
            }
        });
    }
}
