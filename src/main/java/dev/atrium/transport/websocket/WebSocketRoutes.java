package dev.atrium.transport.websocket;

import dev.atrium.application.Endpoints;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.Refusal;
import dev.atrium.gateway.RoomUrl;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.Sessions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * The URLs that are WebSockets. A request that asks for no upgrade falls through to whatever else serves its path; one
 * that does and makes no sense is refused before the handshake, with 400 and a reason.
 */
@Singleton
public final class WebSocketRoutes {

    private static final String ROOMS = "/rooms/";

    private final Gateway gateway;
    private final Endpoints endpoints;
    private final SessionConfig.Heartbeat heartbeat;
    private final WebSocketUpgrade upgrade;

    /** @param sessions those that the gateway speaks of */
    public WebSocketRoutes(Gateway gateway, Endpoints endpoints, Sessions sessions, WebSocketConfig config) {
        this.endpoints = endpoints;
        this.gateway = gateway;
        this.heartbeat = sessions.config().heartbeat();
        this.upgrade = new WebSocketUpgrade(sessions, (int) config.maxMessageSize(), config.compression());
    }

    /** Adds the routes to a router, at the start. */
    public void register(@Observes Router router) {
        router.get("/echo").handler(context -> route(context, request -> new EchoProtocol(gateway)));
        router.get("/ws").handler(context -> route(context, request -> {
            RoomId everyone = RoomId.everyone(namespace(request));
            return new SessionProtocol(gateway, heartbeat, everyone.namespace(), endpoints.of(everyone.namespace()));
        }));
        router.get(ROOMS + ":room").handler(context -> route(context, request -> {
            RoomId room = RoomUrl.room(namespace(request), request.path());
            if (room.isSession()) {
                throw new Refusal(403, "room: this is a session's own room");
            }
            return new PlainProtocol(gateway, room, echo(request));
        }));
    }

    /** Makes the protocol of a request, or throws what is wrong with it. */
    private interface Target {
        SocketProtocol of(HttpServerRequest request);
    }

    private void route(RoutingContext context, Target target) {
        HttpServerRequest request = context.request();
        if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
            context.next();
            return;
        }
        SocketProtocol protocol;
        try {
            protocol = target.of(request);
        } catch (InvalidNameException e) {
            refuse(context, 400, e.getMessage());
            return;
        } catch (Refusal e) {
            refuse(context, e.code(), e.getMessage());
            return;
        }
        upgrade.upgrade(request, protocol);
    }

    private static void refuse(RoutingContext context, int status, String detail) {
        context.response().setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .end(new JsonObject().put("status", status).put("title", status == 403 ? "Forbidden" : "Bad Request")
                        .put("detail", detail).encode());
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
