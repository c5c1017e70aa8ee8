package dev.atrium.transport.admission;

import dev.atrium.gateway.AuditLog;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.RateLimiter;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Authenticator;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.HandshakeInfo;
import dev.atrium.security.Identity;
import dev.atrium.security.Limit;
import dev.atrium.security.LimitException;
import dev.atrium.security.Policy;
import dev.atrium.security.SecurityConfig;
import dev.atrium.session.HttpRequester;
import dev.atrium.session.Transport;
import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Request filter in front of all transports: checks the origin, authenticates the client, and strips the token from the URL. It
 * does not decide what a client may do. On the request's event loop.
 */
@Singleton
public final class Admission {

    /** Subprotocol offered by browser clients that carry a token in a second one and support none of the server's own. */
    public static final String TOKEN_CARRIER = "bearer-token-carrier";

    /** Delay of a rejection, for clients that reconnect as soon as they are rejected: handshakes cost more than messages. */
    private static final long PENALTY_MILLIS = 1_000;

    /** Maximum number of delayed rejections; each holds a connection, or one of the streams of a connection of HTTP/2. */
    static final int MAX_DELAYED = 2_000;

    private static final String ORIGINS = "atrium.origins";
    private static final String TOKEN = Admission.class.getName() + ".token";
    private static final String REFUSAL = Admission.class.getName() + ".refusal";
    private static final String CALLER = Caller.class.getName();

    /** Route order: before every handler that reads the URL. */
    static final int FIRST = Integer.MIN_VALUE;

    /** Route order: after the responses to CORS preflights, which carry no token. */
    private static final int BEFORE_ROUTES = -100;

    private final Authenticator authenticator;
    private final Policy policy;
    private final ConnectionLimiter connections;
    private final RateLimiter rates;
    private final AuditLog audit;
    private final ClientAddress addresses;
    private final Origins origins;
    private final String cookie;
    private final AtomicInteger delayed = new AtomicInteger();

    /** @throws ConfigurationException naming the invalid setting */
    public Admission(Authenticator authenticator, Policy policy, ConnectionLimiter connections, RateLimiter rates,
            AuditLog audit, SecurityConfig config) {
        this.authenticator = authenticator;
        this.policy = policy;
        this.connections = connections;
        this.rates = rates;
        this.audit = audit;
        this.addresses = new ClientAddress(config.trustedProxies().orElse(List.of()));
        // Empty, it would be no list here, so that every page may connect, and a list without an entry for CORS.
        Require.that(config.origins().isPresent() || isUnset(ORIGINS), ORIGINS,
                "a list of origins, or * for all, and got none");
        this.origins = new Origins(config.origins());
        this.cookie = config.auth().cookie().orElse(null);
        Require.that(cookie == null || origins.areListed(), "atrium.auth.cookie",
                "none without a list in atrium.origins: any page could use the cookies of the user who opens it");
    }

    private static boolean isUnset(String setting) {
        return ConfigProvider.getConfig().getConfigValue(setting).getValue() == null;
    }

    public void register(@Observes Router router) {
        ServedPaths.ROUTES.forEach(path -> {
            router.route(path).order(FIRST).handler(served(this::hideToken));
            router.route(path).order(FIRST).handler(served(this::checkOrigin));
            router.route(path).order(BEFORE_ROUTES).handler(served(this::identify));
        });
    }

    private static Handler<RoutingContext> served(Handler<RoutingContext> filter) {
        return context -> {
            if (ServedPaths.includes(context)) {
                filter.handle(context);
            } else {
                context.next();
            }
        };
    }

    /** Removes the token from the URL and keeps it in the routing context, because URLs end up in logs. */
    private void hideToken(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.query() != null && request.query().indexOf(';') >= 0) {
            // Refused later: the semicolon can be in the token, which is removed first, and a page can read no error of a preflight.
            context.put(REFUSAL, ErrorReply.badRequest("query: expected & between parameters, and %3B for a semicolon"));
        }
        boolean seen = context.get(TOKEN) != null;
        List<String> tokens = seen || request.query() == null ? List.of()
                : request.params().getAll(Credentials.ACCESS_TOKEN);
        if (tokens.size() > 1) {
            // A proxy may take the other one.
            context.put(REFUSAL, ErrorReply.badRequest(Credentials.ACCESS_TOKEN + ": expected once"));
        }
        if (tokens.isEmpty()) {
            context.next();
        } else if (!request.path().startsWith("/")) {
            Problem.send(context, ErrorReply.badRequest("path: expected one that begins with /"));
        } else {
            context.put(TOKEN, tokens.get(0));
            context.reroute(request.method(), request.path() + Credentials.without(request.query()));
        }
    }

    private void checkOrigin(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (origins.allow(request)) {
            context.next();
        } else {
            audit.origin(new Caller(Identity.NOBODY, addresses.of(request)), request.getHeader(HttpHeaders.ORIGIN));
            Problem.send(context, new ErrorReply(403, "Origin: not allowed by this server"));
        }
    }

    private void identify(RoutingContext context) {
        ErrorReply refusal = context.get(REFUSAL);
        if (refusal != null) {
            // Netty takes a semicolon for &: a value would end there, and a message would be published in another namespace.
            Problem.send(context, refusal);
            return;
        }
        if (context.get(CALLER) != null) {
            // The warm-up has authenticated its own client.
            context.next();
            return;
        }
        HttpServerRequest request = context.request();
        Caller unknown = new Caller(policy.unauthenticated(), addresses.of(request));
        if (ServedPaths.isEngineIo(context) && Query.unchecked(request, "sid") != null) {
            // A request of an existing Engine.IO connection: only its client knows its sid.
            admit(context, unknown);
        } else {
            authenticate(context, unknown);
        }
    }

    /** Admits a client as who its key or its token says that it is; without either as the client it is so far. */
    private void authenticate(RoutingContext context, Caller unknown) {
        HttpServerRequest request = context.request();
        String key = Credentials.key(request);
        String token = Credentials.token(request, context.get(TOKEN), cookie);
        if (key != null) {
            try {
                admit(context, unknown.as(authenticator.key(key)));
            } catch (AuthenticationException e) {
                authenticationFailed(context, unknown, e);
            }
        } else if (token == null) {
            admit(context, unknown);
        } else {
            Context loop = Vertx.currentContext();
            authenticator.token(token).subscribe().with(
                    identity -> loop.runOnContext(now -> admit(context, unknown.as(identity))),
                    failure -> loop.runOnContext(now -> authenticationFailed(context, unknown, failure)));
        }
    }

    private void admit(RoutingContext context, Caller caller) {
        if (context.response().closed()) {
            // The client disconnected while its token was verified: no event would report the end of the connection.
            return;
        }
        if (!isHandshake(context) && !ServedPaths.isEngineIo(context) && !charge(context, caller)) {
            return;
        }
        if (connections.isClosed() && !isHandshake(context)) {
            // Closed, so that the client's next request reaches another replica; on this connection it would come back here.
            ConnectionEnd.announce(context);
            ConnectionEnd.enforce(context);
        }
        context.put(CALLER, caller);
        context.next();
    }

    /**
     * Rejects an unauthenticated request. A WebSocket handshake continues and its route rejects it: a browser sees the close
     * code of a WebSocket, but not the HTTP status of a handshake.
     */
    private void authenticationFailed(RoutingContext context, Caller unknown, Throwable failure) {
        if (failure instanceof AuthenticationException rejected) {
            audit.token(unknown, Transport.HTTP, rejected.reason());
            if (rejected.reason() != AuthenticationException.Reason.UNAVAILABLE) {
                rejectInvalid(context, unknown, rejected);
                return;
            }
        }
        Problem.send(context, failure);
    }

    private void rejectInvalid(RoutingContext context, Caller unknown, AuthenticationException rejected) {
        if (isHandshake(context)) {
            context.put(AuthenticationException.class.getName(), rejected);
            admit(context, unknown);
            return;
        }
        if (charge(context, unknown)) {
            Problem.send(context, rejected);
        }
    }

    /** Charges the client of a request that no limit of connections covers. If it returns false, the request was answered. */
    public boolean charge(RoutingContext context) {
        return charge(context, caller(context));
    }

    private boolean charge(RoutingContext context, Caller caller) {
        try {
            rates.chargeRequest(caller);
            return true;
        } catch (ErrorReply tooMany) {
            Problem.send(context, tooMany);
            return false;
        }
    }

    /**
     * Returns whether the route of a WebSocket endpoint answers a request. Any other request may have the header of a
     * handshake, which must neither free it of limits nor execute it in spite of an invalid token.
     */
    private static boolean isHandshake(RoutingContext context) {
        return context.request().method() == HttpMethod.GET && isWebSocket(context.request())
                && ServedPaths.isSocket(context.normalizedPath());
    }

    /** Returns whether a request asks for an upgrade to WebSocket. */
    public static boolean isWebSocket(HttpServerRequest request) {
        // Asked several times for each request, and most have no such header, or have it once.
        String first = request.getHeader(HttpHeaders.UPGRADE);
        return first != null && ("websocket".equalsIgnoreCase(first)
                || HeaderList.of(request, HttpHeaders.UPGRADE).stream().anyMatch("websocket"::equalsIgnoreCase));
    }

    /** Returns the client's IP address, read from {@code X-Forwarded-For} only if a trusted proxy has sent the request. */
    public String address(HttpServerRequest request) {
        return addresses.of(request);
    }

    /** Returns the IP address of the client of a connection that has sent no request yet; empty if it is unknown. */
    String address(SocketAddress peer) {
        return addresses.of(peer);
    }

    /** Returns the caller of a request; {@link Identity#NOBODY} for a request that has not passed this filter. */
    public static Caller caller(RoutingContext context) {
        Caller caller = context.get(CALLER);
        return caller == null ? new Caller(Identity.NOBODY, "") : caller;
    }

    /**
     * Returns the caller of a handshake.
     *
     * @param keep whether the request is kept for handlers of the application, for as long as the connection
     */
    public static Caller caller(RoutingContext context, boolean keep) {
        Caller caller = caller(context);
        return keep ? caller.with(handshake(context.request())) : caller;
    }

    private static HandshakeInfo handshake(HttpServerRequest request) {
        return new HandshakeInfo(request.path(), all(request.params(), UnaryOperator.identity()),
                all(request.headers(), name -> name.toLowerCase(Locale.ROOT)));
    }

    private static Map<String, List<String>> all(MultiMap values, UnaryOperator<String> key) {
        Map<String, List<String>> all = new HashMap<>();
        values.names().forEach(name -> all.put(key.apply(name), List.copyOf(values.getAll(name))));
        return Map.copyOf(all);
    }

    /** Returns the client of a request, for commands that take no session. */
    public static HttpRequester requester(RoutingContext context) {
        return new HttpRequester(caller(context));
    }

    /** Returns why authentication failed, or null. */
    public static AuthenticationException failure(RoutingContext context) {
        return context.get(AuthenticationException.class.getName());
    }

    /**
     * Removes the deferred identity that Quarkus keeps in the routing context for an endpoint that injects the identity: a
     * WebSocket would keep the whole request in memory through it, for as long as the WebSocket is open.
     */
    public static void forget(RoutingContext context) {
        context.remove(QuarkusHttpUser.DEFERRED_IDENTITY_KEY);
    }

    /** Charges and rejects a request whose authentication failed. */
    public void refuse(RoutingContext context) {
        if (charge(context)) {
            Problem.send(context, failure(context));
        }
    }

    /**
     * Counts a new connection against the connection limits.
     *
     * @return a slot to be released when the connection is closed; null if a limit is reached, and the request was answered
     *         with 503 or 429
     */
    public ConnectionLimiter.Slot connect(RoutingContext context, Transport transport) {
        return limited(context, transport, connections::admit);
    }

    /** Checks a connection of Engine.IO that replaces one that counts. If it returns false, 429 or 503 was answered. */
    public boolean takeOver(RoutingContext context) {
        return Boolean.TRUE.equals(limited(context, Transport.SOCKETIO, caller -> {
            connections.handshake(caller);
            return true;
        }));
    }

    /** Returns whether the replica still accepts polls; if not, the request was answered with 503. */
    public boolean isOpen(RoutingContext context) {
        return Boolean.TRUE.equals(limited(context, Transport.SOCKETIO, caller -> {
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
            if ((e.limit() == Limit.PENALTY || isSharedByMany(e.limit())) && delayed.get() < MAX_DELAYED) {
                delayed.incrementAndGet();
                context.vertx().setTimer(PENALTY_MILLIS, late -> {
                    delayed.decrementAndGet();
                    Problem.send(context, e);
                });
            } else {
                Problem.send(context, e);
            }
            return null;
        }
    }

    /** Returns whether a limit is reached by many clients at once, as in a reconnect storm. */
    private static boolean isSharedByMany(Limit limit) {
        return limit == Limit.OVERLOAD || limit == Limit.HANDSHAKES;
    }
}
