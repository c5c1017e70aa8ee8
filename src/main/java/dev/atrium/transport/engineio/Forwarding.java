package dev.atrium.transport.engineio;

import dev.atrium.room.Node;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyResponse;
import jakarta.inject.Singleton;
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
final class Forwarding {

    private static final Logger LOG = Logger.getLogger(Forwarding.class);

    private static final String FORWARDED = "Atrium-Forwarded";
    private static final int CONNECT_MILLIS = 2_000;

    /** Connections to one other replica: each poll that waits there holds one. */
    private static final int MOST_CONNECTIONS = 16_384;

    private final Node node;
    private final Replicas replicas;
    private final HttpClient client;

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

    /** @param unknown called if the replica that the connection belonged to is no more */
    void forward(HttpServerRequest request, String sid, boolean toWebSocket, Runnable unknown) {
        String owner = Node.ofEngineId(sid);
        String address = known.get(owner);
        if (address != null) {
            forward(request, owner, address, toWebSocket, unknown);
            return;
        }
        Context context = Vertx.currentContext();
        request.pause();
        replicas.addressOf(owner).subscribe().with(
                found -> context.runOnContext(now -> {
                    if (found == null) {
                        unknown(request, unknown);
                    } else {
                        known.put(owner, found);
                        forward(request, owner, found, toWebSocket, unknown);
                    }
                }),
                failure -> context.runOnContext(now -> {
                    LOG.debugf("Where %s is could not be found out: %s", owner, failure.getMessage());
                    unknown(request, unknown);
                }));
    }

    private void forward(HttpServerRequest request, String owner, String address, boolean toWebSocket, Runnable unknown) {
        int colon = address.lastIndexOf(':');
        request.pause();
        // It has been judged here, against the host that the client knows; and the other's answer would be a second one.
        request.headers().remove(HttpHeaders.ORIGIN);
        client.request(new RequestOptions().setHost(address.substring(0, colon))
                .setPort(Integer.parseInt(address.substring(colon + 1))).setMethod(request.method()).setURI(request.uri()))
                .onSuccess(origin -> {
                    origin.putHeader(FORWARDED, node.name());
                    // A client that gives up its poll is gone, and its own replica must learn of that.
                    request.response().closeHandler(gone -> origin.reset());
                    if (request.response().closed()) {
                        origin.reset();
                        return;
                    }
                    Consumer<Throwable> gone = failure -> gone(request, owner, failure, unknown);
                    if (toWebSocket) {
                        tunnel(request, origin, gone);
                    } else {
                        HttpProxy.reverseProxy(client).origin(proxied -> Future.succeededFuture(origin))
                                .addInterceptor(new GoneOrigin(gone)).handle(request);
                    }
                })
                .onFailure(failure -> gone(request, owner, failure, unknown));
    }

    private void gone(HttpServerRequest request, String owner, Throwable failure, Runnable unknown) {
        if (request.response().closed()) {
            // It is the client that is gone, and not the replica.
            return;
        }
        LOG.debugf("A request could not be handed to %s at %s: %s", owner, known.get(owner), failure.getMessage());
        known.remove(owner);
        unknown(request, unknown);
    }

    private static void unknown(HttpServerRequest request, Runnable unknown) {
        request.resume();
        unknown.run();
    }

    /** Not the proxy's own way with WebSockets: it reads from the one side however slowly the other takes it. */
    private static void tunnel(HttpServerRequest request, HttpClientRequest origin, Consumer<Throwable> gone) {
        request.headers().forEach((name, value) -> {
            if (!name.equalsIgnoreCase(HttpHeaders.HOST.toString())) {
                origin.headers().add(name, value);
            }
        });
        origin.connect().onSuccess(answer -> {
            request.response().setStatusCode(answer.statusCode()).headers().addAll(answer.headers());
            if (answer.statusCode() == 101) {
                join(request, answer.netSocket());
            } else {
                answer.pipeTo(request.response());
            }
        }).onFailure(gone::accept);
    }

    private static void join(HttpServerRequest request, NetSocket far) {
        far.pause();
        request.toNetSocket()
                .onSuccess(near -> {
                    far.pipeTo(near);
                    near.pipeTo(far);
                })
                .onFailure(gone -> far.close());
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
