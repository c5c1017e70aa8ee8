package dev.atrium.transport.admission;

import io.netty.channel.Channel;
import io.quarkus.vertx.http.HttpServer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;

/** Netty's channels of the HTTP listeners, for which the framework has no hook, and of the connections that they accept. */
@Singleton
final class Listeners {

    private static final Logger LOG = Logger.getLogger(Listeners.class);

    private static final Duration FIRST_RETRY = Duration.ofMillis(5);
    private static final Duration MAX_RETRY = Duration.ofMillis(100);
    private static final long TIMEOUT_MILLIS = 10_000;

    private final HttpServer server;
    private final Vertx vertx;

    Listeners(HttpServer server, Vertx vertx) {
        this.server = server;
        this.vertx = vertx;
    }

    /** Hands over the listener of the port for HTTP, on its event loop, as soon as it is there. Any thread. */
    void find(Consumer<Channel> consumer) {
        find(server::getPort, consumer);
    }

    /** Hands over the listener of the port for HTTPS, on its event loop, as soon as it is there. Any thread. */
    void findSecure(Consumer<Channel> consumer) {
        find(server::getSecurePort, consumer);
    }

    /** Hands over the listener of the management port, on its event loop, as soon as it is there. Any thread. */
    void findManagement(Consumer<Channel> consumer) {
        find(server::getManagementPort, consumer);
    }

    /** Quarkus registers the port some time after the event that the server has started. */
    private void find(IntSupplier port, Consumer<Channel> consumer) {
        Uni.createFrom().item(() -> port.getAsInt() > 0 ? port.getAsInt() : null).onItem().ifNull().fail()
                .onFailure().retry().withBackOff(FIRST_RETRY, MAX_RETRY).expireIn(TIMEOUT_MILLIS)
                .subscribe().with(known -> HttpChannel.forEachListener(vertx, listener -> {
                    if (listener.localAddress() instanceof InetSocketAddress address && address.getPort() == known) {
                        consumer.accept(listener);
                    }
                }), unknown -> LOG.debugf("No listener was found; it is guarded with its first request: %s",
                        unknown.getMessage()));
    }

    /** Hands over each connection that a listener has accepted, on its event loop. Any thread. */
    void forEachConnection(Channel listener, Consumer<Channel> consumer) {
        HttpChannel.forEachConnection(vertx, listener, consumer);
    }
}
