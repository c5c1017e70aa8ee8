package dev.atrium.transport.engineio;

import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.session.RequestLoop;
import dev.atrium.session.RequestMemory;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.BodyReader;
import dev.atrium.transport.admission.HttpChannel;
import dev.atrium.transport.admission.Query;
import dev.atrium.transport.websocket.OpeningHandshake;
import dev.atrium.transport.websocket.SizeLimits;
import dev.atrium.transport.websocket.SocketGate;
import dev.atrium.transport.websocket.SocketSettings;
import dev.atrium.transport.websocket.Subprotocols;
import dev.atrium.transport.websocket.WebSocketConfig;
import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** HTTP routes of Engine.IO, and its errors. An admitted WebSocket handshake continues to {@link EngineIoEndpoint}. */
@Singleton
public final class EngineIoRoutes {

    private static final String CLIENT = "/socket.io/socket.io.js";
    /** Under this name pages load it from servers of Node. */
    private static final String MINIFIED = "/socket.io/socket.io.min.js";
    private static final String PROTOCOL_VERSION = "4";

    private final EngineSockets sockets;
    private final Forwarding forwarding;
    private final Sessions sessions;
    private final Admission admission;
    private final SocketSettings settings;
    private final RequestMemory memory;

    EngineIoRoutes(EngineSockets sockets, Forwarding forwarding, Sessions sessions, WebSocketConfig config,
            Admission admission, RequestMemory memory) {
        this.memory = memory;
        this.admission = admission;
        this.forwarding = forwarding;
        this.sockets = sockets;
        this.sessions = sessions;
        this.settings = SocketSettings.of(sessions, SizeLimits.ofMessage(sockets.maxPayload()),
                Subprotocols.firstOffered(), config.compression());
    }

    public void register(@Observes Router router) {
        router.route("/socket.io/*").order(SocketGate.ORDER).handler(context -> {
            String path = context.normalizedPath();
            // Vert.x's route matches the path without its slash, too, which is no path of Engine.IO; and pages load the
            // client's script from below it.
            if (path.equals("/socket.io") || path.equals(CLIENT)) {
                SocketGate.passBy(context);
            } else if (path.equals(MINIFIED)) {
                context.reroute(CLIENT);
            } else {
                route(context);
            }
        });
    }

    private void route(RoutingContext context) {
        HttpServerRequest request = context.request();
        boolean toWebSocket = Admission.isWebSocket(request);
        String sid = Query.unchecked(request, "sid");
        EngineSocket socket = sid == null ? null : sockets.find(sid);
        boolean asked = request.method() == HttpMethod.GET || request.method() == HttpMethod.POST;
        boolean elsewhere = sid != null && socket == null && asked && forwarding.isElsewhere(request, sid);
        EngineIoError error = elsewhere ? null : fault(request, toWebSocket, sid, socket);
        // Handshakes, and requests of connections, have limits of their own. For others Redis, or another replica, has to be asked.
        boolean free = elsewhere ? forwarding.isKnown(sid) : error == null || forwarding.isForwardedHere(request, sid);
        if (!free && !admission.charge(context)) {
            return;
        }
        if (error == null && toWebSocket) {
            OpeningHandshake.require(request);
        }
        if (elsewhere) {
            forward(context, sid, toWebSocket);
        } else if (error != null) {
            refuse(request, toWebSocket, error);
        } else {
            handle(context, toWebSocket, socket);
        }
    }

    /** @param socket the connection of the request; null for a new one */
    private void handle(RoutingContext context, boolean toWebSocket, EngineSocket socket) {
        HttpServerRequest request = context.request();
        if (!toWebSocket && request.method() != HttpMethod.POST) {
            BodyReader.discard(request, sockets.maxPayload());
        }
        if (socket == null) {
            handshake(context, toWebSocket);
        } else if (toWebSocket) {
            // The connection has a slot already, but the handshake counts against the handshake limit.
            if (admission.takeOver(context)) {
                upgrade(context, new EngineHandshake(socket.caller(), null, settings, socket));
            }
        } else if (request.method() == HttpMethod.GET) {
            Exchange exchange = exchange(request);
            socket.eventLoop().execute(() -> socket.poll(exchange));
        } else if (request.method() == HttpMethod.POST) {
            post(context, socket);
        } else {
            socket.eventLoop().execute(socket::release);
            exchange(request).ok();
        }
    }

    private void forward(RoutingContext context, String sid, boolean toWebSocket) {
        // A replica that shuts down would have to end a forwarded GET at once: it answers 503, and a load balancer retries at
        // the next replica. A POST is forwarded, because load balancers do not retry it.
        if (context.request().method() != HttpMethod.GET || admission.isOpen(context)) {
            forwarding.forward(context, sid, toWebSocket,
                    () -> refuse(context.request(), toWebSocket, EngineIoError.UNKNOWN_SID));
        }
    }

    /** Returns the error of an invalid request, or null; the checks are in the order of the reference implementation. */
    private static EngineIoError fault(HttpServerRequest request, boolean toWebSocket, String sid, EngineSocket socket) {
        String transport = Query.unchecked(request, "transport");
        if (!"polling".equals(transport) && !"websocket".equals(transport)) {
            return EngineIoError.UNKNOWN_TRANSPORT;
        }
        if (sid != null && socket == null) {
            return EngineIoError.UNKNOWN_SID;
        }
        if (toWebSocket != transport.equals("websocket")) {
            return EngineIoError.BAD_REQUEST;
        }
        if (sid == null) {
            return handshakeFault(request);
        }
        boolean known = request.method() == HttpMethod.GET || request.method() == HttpMethod.POST
                || Forwarding.isRelease(request);
        return known ? null : EngineIoError.BAD_REQUEST;
    }

    private static EngineIoError handshakeFault(HttpServerRequest request) {
        if (request.method() != HttpMethod.GET) {
            return EngineIoError.BAD_HANDSHAKE_METHOD;
        }
        return PROTOCOL_VERSION.equals(Query.unchecked(request, "EIO")) ? null : EngineIoError.UNSUPPORTED_PROTOCOL_VERSION;
    }

    private void handshake(RoutingContext context, boolean toWebSocket) {
        if (Admission.failure(context) != null) {
            admission.refuse(context);
            return;
        }
        Caller caller = Admission.caller(context, sockets.keepsHandshakes());
        ConnectionLimiter.Slot slot = admission.connect(context, Transport.SOCKETIO);
        if (slot == null) {
            return;
        }
        if (toWebSocket) {
            upgrade(context, new EngineHandshake(caller, slot, settings, null));
        } else {
            handshake(exchange(context.request()), caller, slot);
        }
    }

    private static void upgrade(RoutingContext context, EngineHandshake handshake) {
        handshake.attach(context);
        context.next();
    }

    private void handshake(Exchange exchange, Caller caller, ConnectionLimiter.Slot slot) {
        EventLoop eventLoop = RequestLoop.current();
        EngineSocket socket = sockets.create(caller, eventLoop);
        socket.whenDisconnected(slot::release);
        PollingTransport polling = new PollingTransport(socket, sessions.deliveryLoop(eventLoop), memory,
                sessions.sendQueueLimit());
        sockets.open(socket, polling);
        polling.open(exchange);
    }

    private void post(RoutingContext context, EngineSocket socket) {
        HttpServerRequest request = context.request();
        Exchange exchange = exchange(request);
        if ("application/octet-stream".equals(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
            socket.eventLoop().execute(() -> socket.malformedPost(exchange));
            return;
        }
        EventLoop eventLoop = socket.eventLoop();
        eventLoop.execute(() -> socket.beginPost(exchange));
        BodyReader.read(context, memory, sockets.maxPayload(),
                body -> eventLoop.execute(() -> socket.post(exchange, body.getBytes())),
                () -> eventLoop.execute(() -> socket.abandonPost(exchange)));
    }

    private void refuse(HttpServerRequest request, boolean toWebSocket, EngineIoError error) {
        if (toWebSocket) {
            request.response().setStatusCode(400)
                    .putHeader(HttpHeaders.CONNECTION, "close")
                    .putHeader(HttpHeaders.CONTENT_TYPE, "text/html")
                    .end(error.message());
        } else {
            exchange(request).refuse(error);
        }
    }

    private Exchange exchange(HttpServerRequest request) {
        return new Exchange(request, HttpChannel.of(request), memory, Query.unchecked(request, "t"));
    }
}
