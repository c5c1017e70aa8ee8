package dev.atrium.transport.engineio;

import dev.atrium.room.Node;
import dev.atrium.session.Drainable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
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
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyResponse;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Hands a request for a connection of another replica to that one, so that clients that poll need no load balancer that
 * remembers them. A request is forwarded once: whoever gets it then and does not know the connection says so. On the request's
 * event loop.
 */
@Singleton
final class Forwarding implements Drainable {

    private static final Logger LOG = Logger.getLogger(Forwarding.class);

    static final String FORWARDED = "Atrium-Forwarded";
    private static final Runnable NO_FAREWELL = () -> { };
    private static final int CONNECT_MILLIS = 2_000;

    /** Connections to one other replica: each poll that waits there holds one. */
    private static final int MOST_CONNECTIONS = 16_384;

    private final Node node;
    private final Replicas replicas;
    private final HttpClient client;
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();

    /** Where other replicas were last; looked up again when one is not there any more. */
    private final ConcurrentMap<String, String> known = new ConcurrentHashMap<>();

    Forwarding(Node node, Replicas replicas, Vertx vertx) {
        this.node = node;
        this.replicas = replicas;
        this.client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS),
                new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS));
    }

    /** Whether a request for a connection that is unknown here may be for one of another replica. */
    boolean isElsewhere(HttpServerRequest request, String sid) {
        String owner = Node.ofEngineId(sid);
        return owner != null && !owner.equals(node.name()) && request.getHeader(FORWARDED) == null;
    }

    /** Whether another replica asks to end the poll that waits for a connection: it is on its way out. */
    static boolean isRelease(HttpServerRequest request) {
        return request.method() == HttpMethod.DELETE && request.getHeader(FORWARDED) != null;
    }

    /** Polls are ended by the replica that they wait at, or what it has just answered would be lost; WebSockets are cut. */
    @Override
    public List<Runnable> farewells() {
        return relays.stream().<Runnable>map(relay -> relay.farewell).toList();
    }

    @Override
    public int inFlight() {
        return relays.size();
    }

    /** @param unknown called if the replica that the connection belonged to is no more */
    void forward(RoutingContext routing, String sid, boolean toWebSocket, Runnable unknown) {
        HttpServerRequest request = routing.request();
        String owner = Node.ofEngineId(sid);
        Relay relay = new Relay(request, owner, unknown);
        relays.add(relay);
        routing.addEndHandler(ended -> relay.end(ended.failed()));
        if (request.response().closed()) {
            relay.end(true);
            return;
        }
        String address = known.get(owner);
        if (address != null) {
            relay.to(address, toWebSocket);
            return;
        }
        Context context = Vertx.currentContext();
        request.pause();
        replicas.addressOf(owner).subscribe().with(
                found -> context.runOnContext(now -> {
                    if (found == null) {
                        relay.unknown();
                    } else {
                        known.put(owner, found);
                        relay.to(found, toWebSocket);
                    }
                }),
                failure -> context.runOnContext(now -> {
                    LOG.debugf("Where %s is could not be found out: %s", owner, failure.getMessage());
                    relay.unknown();
                }));
    }

    private RequestOptions at(String address, HttpMethod method, String uri) {
        int colon = address.lastIndexOf(':');
        return new RequestOptions().setHost(address.substring(0, colon)).setPort(Integer.parseInt(address.substring(colon + 1)))
                .setMethod(method).setURI(uri).putHeader(FORWARDED, node.name());
    }

    /** One request on its way; on its event loop, but for its farewell. */
    private final class Relay {

        private final HttpServerRequest request;
        private final String owner;
        private final Runnable unknown;
        private HttpClientRequest origin;
        private volatile Runnable farewell = NO_FAREWELL;

        Relay(HttpServerRequest request, String owner, Runnable unknown) {
            this.request = request;
            this.owner = owner;
            this.unknown = unknown;
        }

        void to(String address, boolean toWebSocket) {
            request.pause();
            // It has been judged here, against the host that the client knows; and the other's answer would be a second one.
            request.headers().remove(HttpHeaders.ORIGIN);
            client.request(at(address, request.method(), request.uri()))
                    .onSuccess(connected -> {
                        origin = connected;
                        if (request.response().closed()) {
                            origin.reset();
                        } else if (toWebSocket) {
                            tunnel();
                        } else {
                            proxy(address);
                        }
                    })
                    .onFailure(this::gone);
        }

        private void proxy(String address) {
            if (request.method() == HttpMethod.GET) {
                farewell = () -> release(address);
            }
            HttpProxy.reverseProxy(client).origin(proxied -> Future.succeededFuture(origin))
                    .addInterceptor(new GoneOrigin(this::gone)).handle(request);
        }

        /** Again and again, until it has ended: it may have been on its way there. But once at a time. */
        private void release(String address) {
            Runnable again = farewell;
            farewell = NO_FAREWELL;
            client.request(at(address, HttpMethod.DELETE, request.uri())).compose(HttpClientRequest::send)
                    .onComplete(released -> farewell = again);
        }

        /** Not the proxy's own way with WebSockets: it reads from the one side however slowly the other takes it. */
        private void tunnel() {
            request.headers().forEach((name, value) -> {
                if (!name.equalsIgnoreCase(HttpHeaders.HOST.toString())) {
                    origin.headers().add(name, value);
                }
            });
            // Without it the client logs an error when the connection ends, though both sides have learned of that.
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
                        // The request may have ended with the handshake; its connection goes on.
                        relays.add(this);
                        farewell = near::close;
                        near.closeHandler(closed -> end(false));
                        far.pipeTo(near);
                        near.pipeTo(far);
                    })
                    .onFailure(gone -> far.close());
        }

        /** @param abandoned whether its client has given it up: its own replica must learn of that */
        private void end(boolean abandoned) {
            relays.remove(this);
            if (abandoned && origin != null) {
                origin.reset();
            }
        }

        private void gone(Throwable failure) {
            if (request.response().closed()) {
                // It is the client that is gone, and not the replica.
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

    /** A replica may die with a request in hand, or before a connection that is kept to it is known to be closed: not a 502. */
    private record GoneOrigin(Consumer<Throwable> gone) implements ProxyInterceptor {

        private static final String FAILURE = "failure";

        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
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
