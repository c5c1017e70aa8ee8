package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.PathSegment;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.session.Transport;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.Problem;
import io.quarkus.websockets.next.HandshakeRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Consumer;

/**
 * Routes in front of the WebSocket endpoints, which answer an invalid or rejected handshake with a problem document; an upgrade
 * check of the framework rejects without a body. A request without an upgrade continues to the next route of its path. On the
 * request's event loop.
 */
@Singleton
public final class SocketGate {

    /** Route order: after the admission filter, before the endpoints. */
    public static final int ORDER = -50;

    /** Route order: behind the routes of an application, but before the answer to a path that nobody has. */
    private static final int LAST = Integer.MAX_VALUE - 2;

    private final Admission admission;
    private final SocketServices services;
    private final SocketSettings settings;
    private final SocketSettings sessionSettings;

    public SocketGate(Admission admission, SocketServices services) {
        this.admission = admission;
        this.services = services;
        this.settings = settings(services, Subprotocols.of());
        this.sessionSettings = settings(services, Subprotocols.of(SessionProtocol.SUBPROTOCOL));
    }

    private static SocketSettings settings(SocketServices services, Subprotocols subprotocols) {
        WebSocketConfig config = services.config();
        return SocketSettings.of(services.sessions(),
                new SizeLimits((int) config.maxFrameSize(), (int) config.maxMessageSize()), subprotocols, config.compression());
    }

    public void register(@Observes Router router) {
        router.route("/echo").order(ORDER).handler(context -> admit(context, Transport.ECHO, query -> {
        }));
        router.route("/ws").order(ORDER)
                .handler(context -> admit(context, Transport.SESSION, query -> RoomId.everyone(query.namespace())));
        router.route("/rooms/:room").order(ORDER)
                .handler(context -> admit(context, Transport.PLAIN, query -> requireRoom(context, query)));
        List.of("/ws", "/echo").forEach(
                path -> router.route(path).method(HttpMethod.GET).order(LAST).handler(SocketGate::requireUpgrade));
    }

    /** Answers a request that asks for no upgrade, perhaps because a proxy has removed that header. */
    private static void requireUpgrade(RoutingContext context) {
        Problem.send(context, context.request().version() == HttpVersion.HTTP_2
                ? ErrorReply.badRequest("Upgrade: expected HTTP/1.1")
                : new ErrorReply(426, "Upgrade: expected websocket"));
    }

    /** @param requirement throws an {@link ErrorReply} for an invalid query or path */
    private void admit(RoutingContext context, Transport transport, Consumer<SocketQuery> requirement) {
        HttpServerRequest request = context.request();
        if (request.method() != HttpMethod.GET || !Admission.isWebSocket(request)) {
            passBy(context);
            return;
        }
        if (Handshake.isAttached(context)) {
            // The warm-up has admitted its own client.
            context.next();
            return;
        }
        try {
            OpeningHandshake.require(request);
            SocketQuery query = SocketQuery.of(request, transport);
            if (Admission.failure(context) == null) {
                requirement.accept(query);
            }
            ConnectionLimiter.Slot slot = admission.connect(context, transport);
            if (slot != null) {
                new SocketHandshake(caller(context, transport, query), Admission.failure(context), slot,
                        transport == Transport.SESSION ? sessionSettings : settings, services, query).attach(context);
                context.next();
            }
        } catch (InvalidNameException e) {
            refuse(context, ErrorReply.badRequest(e.getMessage()));
        } catch (ErrorReply e) {
            refuse(context, e);
        }
    }

    /** No limit of handshakes covers one that is refused before. */
    private void refuse(RoutingContext context, ErrorReply error) {
        if (admission.charge(context)) {
            Problem.send(context, error);
        }
    }

    private Caller caller(RoutingContext context, Transport transport, SocketQuery query) {
        boolean handled = transport == Transport.SESSION && services.endpoints().of(query.namespace()) != null;
        return Admission.caller(context, handled);
    }

    /** Passes on a request without an upgrade, and without the header for which the framework would upgrade it all the same. */
    public static void passBy(RoutingContext context) {
        context.request().headers().remove(HandshakeRequest.SEC_WEBSOCKET_KEY);
        context.next();
    }

    private void requireRoom(RoutingContext context, SocketQuery query) {
        RoomId room = PathSegment.room(query.namespace(), context.normalizedPath());
        if (room.isSession()) {
            throw new ErrorReply(403, "room: this is a session's own room");
        }
        services.gateway().requireName(room);
    }
}
