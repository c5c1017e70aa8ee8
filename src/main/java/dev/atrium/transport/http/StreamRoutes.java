package dev.atrium.transport.http;

import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.Refusal;
import dev.atrium.gateway.RoomUrl;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.Position;
import dev.atrium.room.RoomId;
import dev.atrium.security.Connections;
import dev.atrium.session.Sessions;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.common.util.MediaTypeHelper;

/**
 * The endless responses of {@code GET /rooms/{room}}, chosen by {@code Accept} or {@code ?as=iframe}. Any other request falls
 * through to {@link RoomsResource}.
 */
@Singleton
public final class StreamRoutes {

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private static final Map<String, StreamFormat> STREAMS = Map.of(
            ServerSentEvents.INSTANCE.contentType(), ServerSentEvents.INSTANCE,
            JsonLines.INSTANCE.contentType(), JsonLines.INSTANCE);

    /** Whoever takes anything gets what comes first. */
    private static final List<MediaType> OFFERED = Stream.concat(
            Stream.of("application/json", "text/html"), STREAMS.keySet().stream()).map(MediaType::valueOf).toList();

    private final Gateway gateway;
    private final Sessions sessions;
    private final Admission admission;
    private final HttpConfig config;

    StreamRoutes(Gateway gateway, Sessions sessions, HttpConfig config, Admission admission) {
        this.admission = admission;
        this.gateway = gateway;
        this.sessions = sessions;
        this.config = config;
    }

    void register(@Observes Router router) {
        router.get("/rooms/:room").handler(context -> {
            StreamFormat format = format(context);
            if (format == null) {
                context.next();
            } else {
                stream(context, format);
            }
        });
    }

    /** The kind of stream that the client likes best, or null if it is none. */
    private static StreamFormat format(RoutingContext context) {
        if ("iframe".equals(context.request().getParam("as"))) {
            return EndlessPage.INSTANCE;
        }
        return format(context.request().getHeader(HttpHeaders.ACCEPT));
    }

    private static StreamFormat format(String accept) {
        if (accept == null) {
            return null;
        }
        try {
            MediaType best = MediaTypeHelper.getBestMatch(MediaTypeHelper.parseHeader(accept), OFFERED);
            return best == null ? null : STREAMS.get(best.toString());
        } catch (IllegalArgumentException e) {
            // No media types: the resource answers that.
            return null;
        }
    }

    private void stream(RoutingContext context, StreamFormat format) {
        HttpServerRequest request = context.request();
        RoomId room;
        Position since;
        try {
            String namespace = request.getParam("ns");
            room = RoomUrl.room(namespace == null ? RoomId.DEFAULT_NAMESPACE : namespace, request.path());
            since = since(request);
        } catch (Refusal refusal) {
            Problem.send(context, refusal);
            return;
        } catch (InvalidNameException e) {
            Problem.send(context, Refusal.badRequest(e.getMessage()));
            return;
        }
        Connections.Slot slot = admission.connect(context, format.transport());
        if (slot == null) {
            return;
        }
        new EventStream(gateway, sessions, format, request.response(), slot)
                .begin(Admission.caller(context), room, since, config.presence(), refusal -> Problem.send(context, refusal));
    }

    /** The header wins: the browser sends the last id that it has heard to the URL that it began with. */
    private static Position since(HttpServerRequest request) {
        Position last = Place.parse(LAST_EVENT_ID, request.getHeader(LAST_EVENT_ID));
        return last != null ? last : Place.parse("after", request.getParam("after"));
    }
}
