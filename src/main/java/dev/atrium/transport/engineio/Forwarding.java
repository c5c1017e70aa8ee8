package dev.atrium.transport.engineio;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.atrium.room.Node;
import dev.atrium.session.Drainable;
import dev.atrium.transport.admission.HttpChannel;
import dev.atrium.transport.websocket.UpgradeChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.web.RoutingContext;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyResponse;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Proxy that forwards a request for another replica's connection to that replica, so that polling clients need no sticky load
 * balancer. A request is forwarded once: a replica that receives a forwarded request for an unknown connection rejects it. On
 * the request's event loop.
 */
@Singleton
final class Forwarding implements Drainable {

    private static final Logger LOG = Logger.getLogger(Forwarding.class);

    static final String FORWARDED = "Atrium-Forwarded";
    private static final Runnable NO_FAREWELL = () -> {
    };
    private static final int CONNECT_MILLIS = 2_000;

    /** Number, and time without a request, of the connections of other replicas that are remembered. */
    private static final int MAX_ANSWERED = 100_000;
    private static final Duration ANSWERED_FOR = Duration.ofMinutes(10);

    /** Maximum number of connections to one other replica; each waiting poll there holds one. */
    private static final int MAX_CONNECTIONS = 16_384;

    private final Node node;
    private final Replicas replicas;
    private final HttpClient client;
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();

    /** Last known addresses of other replicas; an entry is removed and looked up again when a request to it fails. */
    private final ConcurrentMap<String, String> known = new ConcurrentHashMap<>();

    /** Ids of connections that another replica was found to have. */
    private final Cache<String, Boolean> answered = Caffeine.newBuilder().maximumSize(MAX_ANSWERED)
            .expireAfterAccess(ANSWERED_FOR).build();

    /** Replicas that are alive and cannot be reached; logged once. */
    private final Set<String> unreachable = ConcurrentHashMap.newKeySet();

    Forwarding(Node node, Replicas replicas, Vertx vertx) {
        this.node = node;
        this.replicas = replicas;
        this.client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS),
                new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS));
    }

    /** Returns whether a request for a connection that is unknown here may be for another replica's connection. */
    boolean isElsewhere(HttpServerRequest request, String sid) {
        String owner = Node.ofEngineId(sid);
        return owner != null && !owner.equals(node.name()) && !isForwarded(request);
    }

    /** Returns whether another replica has answered a request of the connection. */
    boolean isKnown(String sid) {
        return answered.getIfPresent(sid) != null;
    }

    /** Returns whether another replica sends a request because this one has, or had, its connection. */
    boolean isForwardedHere(HttpServerRequest request, String sid) {
        return isForwarded(request) && sid != null && node.name().equals(Node.ofEngineId(sid));
    }

    private static boolean isForwarded(HttpServerRequest request) {
        return request.getHeader(FORWARDED) != null;
    }

    /** Returns whether another replica asks to end the waiting poll of a connection, because that replica shuts down. */
    static boolean isRelease(HttpServerRequest request) {
        return request.method() == HttpMethod.DELETE && isForwarded(request);
    }

    /**
     * Returns the tasks that end forwarded requests at shutdown. A poll is ended by the replica that owns the connection, or a
     * response in transit would be lost; a WebSocket is closed.
     */
    @Override
    public List<Runnable> closeTasks() {
        return relays.stream().<Runnable> map(relay -> relay.farewell).toList();
    }

    /** A connection that has ended is forgotten: its client could go on to send requests for it. */
    private void remember(String sid, int status) {
        if (status < HttpResponseStatus.BAD_REQUEST.code()) {
            answered.put(sid, true);
        } else {
            answered.invalidate(sid);
        }
    }

    @Override
    public int inFlight() {
        return relays.size();
    }

    /** @param unknown called if the replica that owned the connection is gone */
    void forward(RoutingContext routing, String sid, boolean toWebSocket, Runnable unknown) {
        Buffer body = readBody(routing);
        HttpServerRequest request = body == null ? routing.request() : HttpChannel.withoutPause(routing.request());
        String owner = Node.ofEngineId(sid);
        Relay relay = new Relay(request, body, owner, unknown);
        relays.add(relay);
        routing.addEndHandler(ended -> {
            if (ended.succeeded()) {
                remember(sid, request.response().getStatusCode());
            }
            relay.end(ended.failed());
        });
        if (request.response().closed()) {
            relay.end(true);
            return;
        }
        String address = known.get(owner);
        if (address != null) {
            // It may be of a replica that has ended since.
            relay.to(address, toWebSocket, relay::gone);
        } else {
            request.pause();
            lookUp(owner, relay, toWebSocket);
        }
    }

    /** Forwards to the address that the replica has published; the request is paused meanwhile. */
    private void lookUp(String owner, Relay relay, boolean toWebSocket) {
        Context context = Vertx.currentContext();
        replicas.addressOf(owner).subscribe().with(
                found -> context.runOnContext(now -> {
                    if (found == null) {
                        unreachable.remove(owner);
                        relay.unknown();
                    } else {
                        known.put(owner, found);
                        relay.to(found, toWebSocket, failure -> relay.unreached(found, failure));
                    }
                }),
                failure -> context.runOnContext(now -> {
                    LOG.debugf("The address of replica %s could not be looked up: %s", owner, failure.getMessage());
                    relay.unknown();
                }));
    }

    /** Returns the body that a body handler of the application has read before; null for one that is still to come. */
    private static Buffer readBody(RoutingContext routing) {
        Buffer body = routing.body().buffer();
        return body == null && routing.request().isEnded() ? Buffer.buffer() : body;
    }

    private static RequestOptions at(String address, HttpMethod method, String uri, String forwarder) {
        int colon = address.lastIndexOf(':');
        return new RequestOptions().setHost(address.substring(0, colon)).setPort(Integer.parseInt(address.substring(colon + 1)))
                .setMethod(method).setURI(uri).putHeader(FORWARDED, forwarder);
    }

    /** One forwarded request. On its event loop, except {@link #farewell}. */
    private final class Relay {

        private final HttpServerRequest request;
        /** Null for one that is still to come. */
        private final Buffer body;
        private final String owner;
        private final Runnable unknown;
        /** This replica and the client's connection to it: a client repeats a request over another one. */
        private final String forwarder;
        private HttpClientRequest origin;
        private volatile Runnable farewell = NO_FAREWELL;

        Relay(HttpServerRequest request, Buffer body, String owner, Runnable unknown) {
            this.request = request;
            this.body = body;
            this.owner = owner;
            this.unknown = unknown;
            this.forwarder = node.name() + '/' + HttpChannel.of(request).id().asShortText();
        }

        /** @param unreached called if no connection can be made */
        void to(String address, boolean toWebSocket, Handler<Throwable> unreached) {
            request.pause();
            // This replica has checked the origin, against the host that the client knows; the CORS headers of the owner's
            // response would be duplicates.
            request.headers().remove(HttpHeaders.ORIGIN);
            client.request(at(address, request.method(), request.uri(), forwarder))
                    .onSuccess(connected -> {
                        origin = connected;
                        if (unreachable.remove(owner)) {
                            LOG.infof("Replica %s at %s can be reached again", owner, address);
                        }
                        if (request.response().closed()) {
                            origin.reset();
                        } else if (toWebSocket) {
                            tunnel();
                        } else {
                            proxy(address);
                        }
                    })
                    .onFailure(unreached);
        }

        private void unreached(String address, Throwable failure) {
            if (unreachable.add(owner)) {
                LOG.warnf(
                        "Replica %s cannot be reached at %s, and clients of Socket.IO that poll here lose their connections to it; "
                                + "is its atrium.replica.host an address for other replicas? %s",
                        owner, address, failure.getMessage());
            }
            gone(failure);
        }

        private void proxy(String address) {
            if (request.method() == HttpMethod.GET) {
                farewell = () -> release(address);
            }
            HttpProxy.reverseProxy(client).origin(proxied -> Future.succeededFuture(origin))
                    .addInterceptor(new GoneOrigin(body, this::gone)).handle(request);
        }

        /** Asks the owner to end a poll, one request at a time: repeatedly, because the poll may still be on its way there. */
        private void release(String address) {
            Runnable again = farewell;
            farewell = NO_FAREWELL;
            client.request(at(address, HttpMethod.DELETE, request.uri(), forwarder)).compose(HttpClientRequest::send)
                    .onComplete(released -> farewell = again);
        }

        /** Connects a WebSocket. The proxy itself has no backpressure: it reads from one side, however slow the other is. */
        private void tunnel() {
            request.headers().forEach((name, value) -> {
                if (!name.equalsIgnoreCase(HttpHeaders.HOST.toString())) {
                    origin.headers().add(name, value);
                }
            });
            // Without a handler the HTTP client logs an error when the connection ends, although both sides receive its end.
            origin.exceptionHandler(failure -> LOG.debugf("A WebSocket to %s has ended: %s", owner, failure.getMessage()));
            origin.connect().onSuccess(answer -> {
                request.response().setStatusCode(answer.statusCode()).headers().addAll(answer.headers());
                if (answer.statusCode() == 101) {
                    join(answer.netSocket());
                } else {
                    answer.pipeTo(request.response());
                }
            }).onFailure(this::gone);
        }

        private void join(NetSocket far) {
            far.pause();
            request.toNetSocket()
                    .onSuccess(near -> {
                        // The request may have ended with the handshake, which has removed it; its connection continues.
                        relays.add(this);
                        farewell = near::close;
                        near.closeHandler(closed -> end(false));
                        far.pipeTo(near);
                        near.pipeTo(far);
                        UpgradeChannel.letGo(HttpChannel.of(request));
                    })
                    .onFailure(gone -> far.close());
        }

        /** @param abandoned whether the client has disconnected, which the owner must learn by a reset */
        private void end(boolean abandoned) {
            relays.remove(this);
            if (abandoned && origin != null) {
                origin.reset();
            }
        }

        private void gone(Throwable failure) {
            if (request.response().closed()) {
                // The client has disconnected; the owner may be alive.
                return;
            }
            LOG.debugf("A request could not be handed to %s at %s: %s", owner, known.get(owner), failure.getMessage());
            known.remove(owner);
            unknown();
        }

        private void unknown() {
            request.resume();
            unknown.run();
        }
    }

    /**
     * Proxy interceptor that reports a failed request instead of a 502: the owner may die while it handles a request, or before
     * its pooled connection is known to be closed.
     *
     * @param body of a request that was read before, for which the proxy would wait; null for one that is still to come
     */
    private record GoneOrigin(Buffer body, Consumer<Throwable> gone) implements ProxyInterceptor {

        private static final String FAILURE = "failure";

        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            if (body != null) {
                context.request().setBody(Body.body(body));
            }
            return context.sendRequest().onFailure(failure -> context.set(FAILURE, failure));
        }

        @Override
        public Future<Void> handleProxyResponse(ProxyContext context) {
            Throwable failure = context.get(FAILURE, Throwable.class);
            if (failure == null) {
                return context.sendResponse();
            }
            gone.accept(failure);
            return Future.succeededFuture();
        }
    }
}
