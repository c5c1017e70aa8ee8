package dev.atrium.warmup;

import dev.atrium.application.HandlerRegistry;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.backplane.memory.MemorySettings;
import dev.atrium.file.Transfers;
import dev.atrium.gateway.AccessControl;
import dev.atrium.gateway.AuditLog;
import dev.atrium.gateway.Authentication;
import dev.atrium.gateway.Events;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.RateLimiter;
import dev.atrium.gateway.RoomService;
import dev.atrium.gateway.TokenExpiry;
import dev.atrium.room.Node;
import dev.atrium.room.Rooms;
import dev.atrium.security.Authenticator;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.LoadSignal;
import dev.atrium.security.Policy;
import dev.atrium.session.Sessions;
import dev.atrium.tracing.Tracing;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.websocket.Handshake;
import dev.atrium.transport.websocket.SocketGate;
import dev.atrium.transport.websocket.SocketServices;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Warm-up server and its clients: the real endpoints, behind a {@link SocketGate} of its own, with rooms, sessions and a memory
 * backplane that are separate from the service's, so that no metric counts the traffic and Redis receives nothing of it. The
 * server runs on one event loop. Its clients block, each on its own thread: with clients on Netty, too, the JVM compiled Netty
 * for both sides at once, and the server delivered a fifth less for the rest of its life.
 */
final class WarmUpTraffic {

    private static final Logger LOG = Logger.getLogger(WarmUpTraffic.class);

    /** Number of concurrent clients. With more the JVM compiles no faster, and real clients wait longer. */
    private static final int CLIENTS = 8;

    /** One of so many clients uses the plain socket. */
    private static final int PLAIN_ONE_IN = 4;

    /** More would exhaust the ports of the loopback address, which may stay in TIME_WAIT for a minute after each connection. */
    private static final int MAX_CONNECTIONS = 20_000;

    private static final String HOST = "127.0.0.1";
    private static final int TIMEOUT_MILLIS = 2_000;
    private static final int MAX_STOP_MILLIS = 3_000;
    private static final int CLOSE_DELAY_MILLIS = 100;
    private static final int RETRY_MILLIS = 50;

    private static final Duration TTL = Duration.ofMinutes(1);

    /** Enough history for a client to resume and be sent missed messages. */
    private static final MemorySettings BACKPLANE_SETTINGS = new MemorySettings(TTL, new HistoryPolicy(100, TTL), TTL, TTL,
            Clock.systemUTC());

    private final Vertx vertx;
    private final Context context;
    private final HttpServer server;
    private final Promise<Result> result = Promise.promise();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger runningClients = new AtomicInteger(CLIENTS);
    private final AtomicReference<IOException> lastFailure = new AtomicReference<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean stopped;

    /** Numbers of connections that have run to their end and that have not, with the last failure; null if there is none. */
    record Result(int connections, int failures, IOException lastFailure) {
    }

    /** @param authenticator required by admission, but never called: these clients send no tokens */
    WarmUpTraffic(Vertx vertx, HttpServerOptions options, Router endpoints, WarmUpSettings settings,
            Authenticator authenticator) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        Node node = Node.create();
        Sessions sessions = new Sessions(node, settings.sessions());
        MemoryBackplane backplane = new MemoryBackplane(node, BACKPLANE_SETTINGS);
        Rooms rooms = new Rooms(backplane, (message, members) -> {
        }, Tracing.off());
        Router router = Router.router(vertx);
        Events events = new Events();
        ConnectionLimiter limiter = new ConnectionLimiter(settings.security(), LoadSignal.NEVER_EXHAUSTED);
        ClientLimits limits = new ClientLimits(settings.security());
        AuditLog audit = new AuditLog(events);
        AccessControl access = new AccessControl(Policy.open(), limits, audit, LoadSignal.NEVER_EXHAUSTED);
        RoomService service = new RoomService(backplane, sessions, rooms, events, Tracing.off());
        Authentication authentication = new Authentication(authenticator, service, access, limiter, audit,
                new TokenExpiry(audit, settings.security()));
        RateLimiter rates = new RateLimiter(limits, limiter, audit);
        Gateway gateway = new Gateway(service, access, rates, limiter, audit, authentication);
        Admission admission = new Admission(authenticator, Policy.open(), limiter, rates, audit, settings.security());
        admission.register(router);
        new SocketGate(admission,
                new SocketServices(gateway, limits, HandlerRegistry.none(), Transfers.none(access), sessions,
                        settings.webSockets()))
                .register(router);
        router.route("/*").handler(context -> {
            if (Handshake.isAttached(context)) {
                context.next();
            } else {
                // The other routes serve the real rooms, and what admission has found out here is not the real policy's.
                context.fail(404);
            }
        });
        router.route("/*").subRouter(endpoints);
        server = vertx.createHttpServer(options.setHost(HOST).setPort(0)).requestHandler(router);
    }

    /** Runs the traffic for that time, then closes the server. Fails if the server cannot listen. */
    Future<Result> run(Duration duration) {
        context.runOnContext(start -> server.listen().onFailure(result::tryFail).onSuccess(listening -> {
            vertx.setTimer(duration.toMillis(), timeIsUp -> stopped = true);
            for (int i = 0; i < CLIENTS; i++) {
                WarmUpClient client = i % PLAIN_ONE_IN == 0 ? new PlainWarmUpClient() : new SessionWarmUpClient();
                Thread thread = new Thread(() -> repeat(client), "atrium-warm-up-" + i);
                thread.setDaemon(true);
                thread.start();
            }
        }));
        return result.future();
    }

    /**
     * Stops the traffic when the replica shuts down, and waits until it has ended: a connection that ended later would find the
     * application's beans destroyed. Blocks, for {@value #MAX_STOP_MILLIS} milliseconds at most.
     */
    void stop() {
        stopped = true;
        try {
            if (!closed.await(MAX_STOP_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("The warm-up has not ended in time; its last connections may log errors during the shutdown");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void repeat(WarmUpClient client) {
        while (!stopped && connections.get() < MAX_CONNECTIONS) {
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.connect(new InetSocketAddress(HOST, server.actualPort()), TIMEOUT_MILLIS);
                client.runConnection(socket);
                connections.incrementAndGet();
            } catch (IOException e) {
                // On a busy machine a cold server takes seconds for a reply now and then: that is no reason to stay cold.
                failures.incrementAndGet();
                lastFailure.set(e);
                client.forget();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
            }
        }
        stopped = true;
        // The last thread closes the server: if it were closed before its clients, it would log errors for connections that it cannot accept.
        if (runningClients.decrementAndGet() == 0) {
            // The framework handles the ends of the last connections in later turns of the event loop.
            context.runOnContext(
                    close -> server.close().onComplete(done -> vertx.setTimer(CLOSE_DELAY_MILLIS, passed -> end())));
        }
    }

    private void end() {
        closed.countDown();
        result.tryComplete(new Result(connections.get(), failures.get(), lastFailure.get()));
    }
}
