package dev.atrium.transport.websocket;

import dev.atrium.application.Endpoints;
import dev.atrium.file.Transfers;
import dev.atrium.gateway.Authentication;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.Refusal;
import dev.atrium.gateway.RoomUrl;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Caller;
import dev.atrium.security.Connections;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Sessions;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * The URLs that are WebSockets. A request that asks for no upgrade falls through to whatever else serves its path; one
 * that does and makes no sense is refused before the handshake, with 400 and a reason.
 */
@Singleton
public final class WebSocketRoutes {

    private static final String ROOMS = "/rooms/";

    private final Gateway gateway;
    private final SessionProtocol.Surroundings session;
    private final Admission admission;
    private final WebSocketUpgrade upgrade;

    /** @param sessions those that the gateway speaks of */
    @Inject
    public WebSocketRoutes(Gateway gateway, Authentication authentication, Endpoints endpoints, Transfers transfers,
            Sessions sessions, WebSocketConfig config, Admission admission) {
        this.gateway = gateway;
        this.session = new SessionProtocol.Surroundings(gateway, authentication, endpoints, transfers, sessions.config().heartbeat(),
                config.maxMessageSize());
        this.admission = admission;
        this.upgrade = new WebSocketUpgrade(sessions, (int) config.maxMessageSize(), config.compression());
    }

    /** Adds the routes to a router, at the start. */
    public void register(@Observes Router router) {
        router.get("/echo").handler(context -> route(context, "echo", (request, caller) ->
                new EchoProtocol(gateway, caller)));
        router.get("/ws").handler(context -> route(context, "session", (request, caller) ->
                new SessionProtocol(session, caller, RoomId.everyone(namespace(request)).namespace())));
        router.get(ROOMS + ":room").handler(context -> route(context, "plain", (request, caller) -> {
            RoomId room = RoomUrl.room(namespace(request), request.path());
            if (room.isSession()) {
                throw new Refusal(403, "room: this is a session's own room");
            }
            gateway.requireName(room);
            return new PlainProtocol(gateway, caller, room, echo(request));
        }));
    }

    /** Makes the protocol of a request, or throws what is wrong with it. */
    private interface Target {
        SocketProtocol of(HttpServerRequest request, Caller caller);
    }

    private void route(RoutingContext context, String transport, Target target) {
        HttpServerRequest request = context.request();
        if (!Admission.isWebSocket(request)) {
            context.next();
            return;
        }
        SocketProtocol protocol;
        try {
            AuthenticationException failure = Admission.failure(context);
            protocol = failure != null ? new RefusingProtocol(CloseReason.UNAUTHENTICATED, failure.getMessage())
                    : target.of(request, Admission.caller(context));
        } catch (InvalidNameException e) {
            Problem.send(context, Refusal.badRequest(e.getMessage()));
            return;
        } catch (Refusal e) {
            Problem.send(context, e);
            return;
        }
        Connections.Slot slot = admission.connect(context, transport);
        if (slot != null) {
            upgrade.upgrade(request, protocol, slot);
        }
    }

    private static String namespace(HttpServerRequest request) {
        String namespace = parameter(request, "ns");
        return namespace == null ? RoomId.DEFAULT_NAMESPACE : namespace;
    }

    private static boolean echo(HttpServerRequest request) {
        String echo = parameter(request, "echo");
        if (echo == null || echo.equals("true")) {
            return true;
        }
        if (echo.equals("false")) {
            return false;
        }
        throw Refusal.badRequest("echo: expected true or false");
    }

    private static String parameter(HttpServerRequest request, String name) {
        try {
            return request.getParam(name);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("query: expected percent-encoded UTF-8");
        }
    }
}
