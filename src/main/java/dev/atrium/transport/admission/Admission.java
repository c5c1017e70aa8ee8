package dev.atrium.transport.admission;

import dev.atrium.gateway.AuditLog;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Authenticator;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Identity;
import dev.atrium.security.Limit;
import dev.atrium.security.LimitException;
import dev.atrium.security.Policy;
import dev.atrium.security.SecurityConfig;
import dev.atrium.session.Transport;
import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The first to see a request: refuses pages of other origins, finds out who makes it, and hands on no token. What the client may
 * do is not known here. On the request's event loop.
 */
@Singleton
public final class Admission {

    /** The subprotocol that browsers ask for which carry a token in another one, and know no better. */
    public static final String TOKEN_CARRIER = "bearer-token-carrier";

    /** How long whoever comes again as soon as it is answered has to wait for the answer: handshakes cost more than messages. */
    private static final long PENALTY_MILLIS = 1_000;

    /** Those who wait so at a time, when it is everybody; each holds a connection. */
    private static final int MOST_HELD = 2_000;

    private static final String ENGINE_IO = "/socket.io/";
    /** What is served here; an application that Atrium is part of has others. */
    private static final List<String> PATHS = List.of("/rooms*", "/sessions*", "/users*", "/ws", "/echo", ENGINE_IO + "*");
    private static final String TOKEN = Admission.class.getName() + ".token";
    private static final String CALLER = Caller.class.getName();
    private static final Transport TRANSPORT = Transport.HTTP;

    /** Before whatever else looks at the URL. */
    private static final int FIRST = Integer.MIN_VALUE;

    /** After the answers to preflights, which carry no token. */
    private static final int BEFORE_ROUTES = -100;

    private final Authenticator authenticator;
    private final Policy policy;
    private final ConnectionLimiter connections;
    private final AuditLog audit;
    private final ClientAddress addresses;
    private final Origins origins;
    private final String cookie;
    private final AtomicInteger held = new AtomicInteger();

    /** @throws ConfigurationException naming the setting that makes no sense */
    public Admission(Authenticator authenticator, Policy policy, ConnectionLimiter connections, AuditLog audit, SecurityConfig config) {
        this.authenticator = authenticator;
        this.policy = policy;
        this.connections = connections;
        this.audit = audit;
        this.addresses = new ClientAddress(config.trustedProxies().orElse(List.of()));
        this.origins = new Origins(config.origins());
        this.cookie = config.auth().cookie().orElse(null);
        Require.that(cookie == null || origins.areListed(), "atrium.auth.cookie",
                "none without a list in atrium.origins: any page could use the cookies of whoever looks at it");
    }

    /** Adds the routes to a router, at the start. */
    public void register(@Observes Router router) {
        PATHS.forEach(path -> {
            router.route(path).order(FIRST).handler(this::hideToken);
            router.route(path).order(FIRST).handler(this::checkOrigin);
            router.route(path).order(BEFORE_ROUTES).handler(this::identify);
        });
    }

    /** Adds a handler before all others of the paths that are served here. */
    static void first(Router router, Handler<RoutingContext> handler) {
        PATHS.forEach(path -> router.route(path).order(FIRST).handler(handler));
    }

    /** Whether a request is for a path that is served here, and not for one of the application's own. */
    public static boolean serves(RoutingContext context) {
        String request = context.normalizedPath();
        return PATHS.stream().anyMatch(path -> path.endsWith("*") ? request.startsWith(path.substring(0, path.length() - 1)) : request.equals(path));
    }

    /** URLs end up in logs: from here on this one has no token any more. */
    private void hideToken(RoutingContext context) {
        HttpServerRequest request = context.request();
        boolean seen = context.get(TOKEN) != null;
        String token = seen || request.query() == null ? null : parameter(request, Credentials.ACCESS_TOKEN);
        if (token == null) {
            context.next();
        } else if (!request.path().startsWith("/")) {
            Problem.send(context, ErrorReply.badRequest("path: expected one that begins with /"));
        } else {
            context.put(TOKEN, token);
            context.reroute(request.method(), request.path() + Credentials.without(request.query()));
        }
    }

    /** By the path that routes see: {@code /socket.io/../rooms/lobby} is none of its. */
    private static boolean isEngineIo(RoutingContext context) {
        return context.normalizedPath().startsWith(ENGINE_IO);
    }

    private static String parameter(HttpServerRequest request, String name) {
        try {
            return request.getParam(name);
        } catch (IllegalArgumentException e) {
            // A query that is not percent-encoded UTF-8 names nothing; whoever needs it says so.
            return null;
        }
    }

    private void checkOrigin(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (origins.allow(request)) {
            context.next();
        } else {
            audit.origin(new Caller(Identity.NOBODY, addresses.of(request)), request.getHeader(HttpHeaders.ORIGIN));
            Problem.send(context, new ErrorReply(403, "Origin: not one that this server lets in"));
        }
    }

    private void identify(RoutingContext context) {
        if (context.get(CALLER) != null) {
            // The warm-up has admitted its own client.
            context.next();
            return;
        }
        HttpServerRequest request = context.request();
        Caller unknown = new Caller(policy.unknown(), addresses.of(request));
        if (isEngineIo(context) && parameter(request, "sid") != null) {
            // Of a connection that has begun: only its client knows its sid.
            admit(context, unknown);
            return;
        }
        String key = Credentials.key(request);
        String token = Credentials.token(request, context.get(TOKEN), cookie);
        if (key != null) {
            try {
                admit(context, unknown.as(authenticator.key(key)));
            } catch (AuthenticationException e) {
                refused(context, unknown, e);
            }
        } else if (token == null) {
            admit(context, unknown);
        } else {
            Context loop = Vertx.currentContext();
            authenticator.token(token).subscribe().with(
                    identity -> loop.runOnContext(now -> admit(context, unknown.as(identity))),
                    failure -> loop.runOnContext(now -> refused(context, unknown, failure)));
        }
    }

    private void admit(RoutingContext context, Caller caller) {
        if (context.response().closed()) {
            // Gone while its token was judged: nobody would ever be told of its end.
            return;
        }
        try {
            if (!isWebSocket(context.request()) && !isEngineIo(context)) {
                audit.request(caller, TRANSPORT);
            }
        } catch (ErrorReply error) {
            Problem.send(context, error);
            return;
        }
        if (connections.isClosed() && !isWebSocket(context.request())) {
            // Its next request shall find its way to another replica, which one on this connection never would.
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        context.put(CALLER, caller);
        context.next();
    }

    /** A browser can see the close code of a WebSocket, but not the status of a handshake: that one is told by its route. */
    private void refused(RoutingContext context, Caller unknown, Throwable failure) {
        if (failure instanceof AuthenticationException refused) {
            audit.token(unknown, TRANSPORT, refused.reason());
            if (refused.reason() != AuthenticationException.Reason.UNAVAILABLE) {
                refuse(context, unknown, refused);
                return;
            }
        }
        Problem.send(context, ErrorReply.of(failure));
    }

    private void refuse(RoutingContext context, Caller unknown, AuthenticationException refused) {
        if (isWebSocket(context.request())) {
            context.put(AuthenticationException.class.getName(), refused);
            admit(context, unknown);
            return;
        }
        try {
            audit.request(unknown, TRANSPORT);
            Problem.send(context, ErrorReply.of(refused));
        } catch (ErrorReply tooMany) {
            Problem.send(context, tooMany);
        }
    }

    /** Whether a request asks to become a WebSocket. */
    public static boolean isWebSocket(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
    }

    /** The IP address of a request's client, as far as proxies can be trusted. */
    public String address(HttpServerRequest request) {
        return addresses.of(request);
    }

    /** Who makes a request; nobody, for one that has not come by here. */
    public static Caller caller(RoutingContext context) {
        Caller caller = context.get(CALLER);
        return caller == null ? new Caller(Identity.NOBODY, "") : caller;
    }

    /** Why its client is not who it says, or null. */
    public static AuthenticationException failure(RoutingContext context) {
        return context.get(AuthenticationException.class.getName());
    }

    /**
     * Forgets what Quarkus keeps for an endpoint that asks who the client is: a WebSocket would keep the whole request with it, as
     * long as it lives.
     */
    public static void forget(RoutingContext context) {
        context.remove(QuarkusHttpUser.DEFERRED_IDENTITY_KEY);
    }

    /** Answers a request whose client is not who it says. */
    public static void refuse(RoutingContext context, AuthenticationException failure) {
        Problem.send(context, ErrorReply.of(failure));
    }

    /**
     * Lets a connection begin.
     *
     * @return to be released when it is gone; null if it may not begin, which was answered with 503 or 429
     */
    public ConnectionLimiter.Slot connect(RoutingContext context, Transport transport) {
        return limited(context, transport, connections::admit);
    }

    /** Lets another connection take over one that counts already; says whether it may, and has answered if not. */
    public boolean takeOver(RoutingContext context, Transport transport) {
        return Boolean.TRUE.equals(limited(context, transport, caller -> {
            connections.handshake(caller);
            return true;
        }));
    }

    /** Whether requests that wait may still begin here; if not, this one is answered with 503. */
    public boolean isOpen(RoutingContext context, Transport transport) {
        return Boolean.TRUE.equals(limited(context, transport, caller -> {
            connections.requireOpen();
            return true;
        }));
    }

    private <T> T limited(RoutingContext context, Transport transport, Function<Caller, T> work) {
        Caller caller = caller(context);
        try {
            return work.apply(caller);
        } catch (LimitException e) {
            audit.limit(caller, transport, e.limit());
            if (e.limit() == Limit.PENALTY || isStormy(e.limit()) && held.get() < MOST_HELD) {
                held.incrementAndGet();
                context.vertx().setTimer(PENALTY_MILLIS, late -> {
                    held.decrementAndGet();
                    Problem.send(context, ErrorReply.of(e));
                });
            } else {
                Problem.send(context, ErrorReply.of(e));
            }
            return null;
        }
    }

    /** Whether there are many at once who are refused so. */
    private static boolean isStormy(Limit limit) {
        return limit == Limit.OVERLOAD || limit == Limit.HANDSHAKES;
    }
}
