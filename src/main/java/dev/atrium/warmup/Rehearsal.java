package dev.atrium.warmup;

import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.gateway.Events;
import dev.atrium.gateway.Gateway;
import dev.atrium.room.Node;
import dev.atrium.room.Rooms;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.Sessions;
import dev.atrium.transport.websocket.WebSocketConfig;
import dev.atrium.transport.websocket.WebSocketRoutes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.web.Router;
import java.time.Duration;

/**
 * A whole house for clients of its own: the same routes, protocols and rooms behind a second HTTP server, with a backplane,
 * sessions and events that nobody else sees, so that no figure counts it and Redis hears nothing of it. All of it runs on
 * one event loop.
 */
final class Rehearsal {

    /** Clients at a time. With more the JVM would compile no faster, and whoever really comes meanwhile would wait longer. */
    private static final int CLIENTS = 16;

    /** Beyond that the ports of the loopback address, which rest for a minute after each connection, would run short. */
    private static final int MOST_CONNECTIONS = 20_000;

    private static final String HOST = "127.0.0.1";
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

    private final Vertx vertx;
    private final Context context;
    private final HttpServer server;
    private final NetClient client;
    private final Promise<Integer> over = Promise.promise();
    private int connections;
    private volatile boolean ended;

    Rehearsal(Vertx vertx, HttpServerOptions options, SessionConfig sessionConfig, WebSocketConfig config) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        Sessions sessions = new Sessions(Node.create(), sessionConfig);
        MemoryBackplane backplane = new MemoryBackplane(Duration.ofMinutes(1));
        Rooms rooms = new Rooms(backplane, (message, members) -> { });
        Router router = Router.router(vertx);
        new WebSocketRoutes(new Gateway(backplane, sessions, rooms, new Events()), sessions, config).register(router);
        server = vertx.createHttpServer(options.setHost(HOST).setPort(0)).requestHandler(router);
        client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MILLIS));
    }

    /** Goes on for that time; then nothing of it is left. Completes with the number of connections that were made. */
    Future<Integer> run(Duration duration) {
        context.runOnContext(start -> server.listen().onFailure(over::tryFail).onSuccess(listening -> {
            vertx.setTimer(duration.toMillis(), end -> end());
            for (int i = 0; i < CLIENTS; i++) {
                next();
            }
        }));
        return over.future();
    }

    /** The replica is being stopped: begins nothing more, for which the client would be closed already. Any thread. */
    void stop() {
        ended = true;
    }

    private void next() {
        if (ended) {
            return;
        }
        if (connections == MOST_CONNECTIONS) {
            end();
            return;
        }
        RehearsedPart part = connections++ % 4 == 0 ? RehearsedPart.PLAIN : RehearsedPart.SESSION;
        client.connect(server.actualPort(), HOST).onSuccess(socket -> play(socket, part)).onFailure(this::fail);
    }

    private void play(NetSocket socket, RehearsedPart part) {
        RehearsedPart.Player player = part.player(socket);
        socket.handler(player::hear);
        socket.closeHandler(closed -> next());
        player.begin();
    }

    private void end() {
        ended = true;
        client.close();
        server.close().onComplete(closed -> over.tryComplete(connections));
    }

    private void fail(Throwable cause) {
        if (!ended) {
            ended = true;
            client.close();
            server.close().onComplete(closed -> over.tryFail(cause));
        }
    }
}
