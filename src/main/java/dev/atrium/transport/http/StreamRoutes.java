package dev.atrium.transport.http;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.session.RequestLoop;
import dev.atrium.session.Sessions;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.BodyReader;
import dev.atrium.transport.admission.Problem;
import dev.atrium.transport.admission.Query;
import dev.atrium.transport.admission.RetryResponse;
import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * Routes of the endless responses of {@code GET /rooms/{room}}, chosen by {@code Accept} or {@code ?as=iframe}. Any other
 * request continues to {@link PageRoutes} and {@link RoomsResource}.
 */
@Singleton
public final class StreamRoutes {

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private static final Map<String, StreamFormat> STREAMS = Map.of(
            ServerSentEvents.INSTANCE.contentType(), ServerSentEvents.INSTANCE,
            JsonLines.INSTANCE.contentType(), JsonLines.INSTANCE);

    private final Gateway gateway;
    private final Sessions sessions;
    private final Admission admission;
    private final BodyReader bodies;
    private final HttpConfig config;

    StreamRoutes(Gateway gateway, Sessions sessions, HttpConfig config, Admission admission, BodyReader bodies) {
        this.admission = admission;
        this.bodies = bodies;
        this.gateway = gateway;
        this.sessions = sessions;
        this.config = config;
    }

    void register(@Observes Router router) {
        // Before anything that may refuse the request.
        room(router).order(Integer.MIN_VALUE).handler(context -> {
            StreamFormat format = format(context, "iframe".equals(Query.unchecked(context.request(), "as")));
            if (format != null && format.endsForGood()) {
                new RetryResponse(format.contentType(), format::retry).of(context);
            }
            context.next();
        });
        room(router).handler(context -> {
            StreamFormat format = format(context, isEndlessPage(context.request()));
            if (format != null) {
                stream(context, format);
            } else {
                context.next();
            }
        });
    }

    private static Route room(Router router) {
        return router.route("/rooms/:room").method(HttpMethod.GET).method(HttpMethod.HEAD);
    }

    /** @throws ErrorReply 400 if the client asks for what there is not */
    static boolean isEndlessPage(HttpServerRequest request) {
        String as = Query.parameter(request, "as");
        if (as != null && !as.equals("iframe")) {
            throw ErrorReply.badRequest("as: expected iframe");
        }
        return as != null;
    }

    /** Returns the stream format that the client prefers, or null if it prefers something else. */
    private static StreamFormat format(RoutingContext context, boolean endlessPage) {
        if (endlessPage) {
            return EndlessPage.INSTANCE;
        }
        String best = Representation.best(context.request());
        return best == null ? null : STREAMS.get(best);
    }

    private void stream(RoutingContext context, StreamFormat format) {
        HttpServerRequest request = context.request();
        RoomId room = RequestUrl.room(context);
        StreamPosition since = since(request);
        bodies.discard(context);
        if (request.method() == HttpMethod.HEAD) {
            head(context, format, RoomsResource.readable(room));
            return;
        }
        ConnectionLimiter.Slot slot = admission.connect(context, format.transport());
        if (slot == null) {
            return;
        }
        new EventStream(gateway, sessions, format, request, slot)
                .begin(Admission.caller(context), room, since, config.presence(), error -> Problem.send(context, error));
    }

    /** Sends the headers of a stream, if the client may join the room. */
    private void head(RoutingContext context, StreamFormat format, RoomId room) {
        EventLoop eventLoop = RequestLoop.current();
        gateway.execute(Admission.requester(context), new Command.ReadState(room)).emitOn(eventLoop::execute).subscribe()
                .with(state -> {
                    format.setHeaders(context.response());
                    context.response().end();
                }, failure -> Problem.send(context, failure));
    }

    /** Reads the client's last position. The header wins: a browser reconnects to its first URL, with its last id. */
    private static StreamPosition since(HttpServerRequest request) {
        String last = request.getHeader(LAST_EVENT_ID);
        // A client that has received no id may send an empty one.
        return last != null && !last.isEmpty() ? StreamPositionCodec.parse(LAST_EVENT_ID, last)
                : StreamPositionCodec.parse("after", Query.parameter(request, "after"));
    }
}
