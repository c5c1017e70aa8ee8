package dev.atrium.operations;

import io.quarkus.vertx.http.HttpServer;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;

/**
 * Address that the server listens on for clients. Quarkus fires {@code HttpServerStart} on one event loop and registers
 * the port on another one, so an observer that reads the port at once sometimes reads -1.
 */
@Singleton
final class ListeningAddress {

    private static final Duration FIRST_RETRY = Duration.ofMillis(5);
    private static final Duration MAX_RETRY = Duration.ofMillis(100);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final HttpServer server;

    ListeningAddress(HttpServer server) {
        this.server = server;
    }

    /** Emits the address, with its port, as soon as it is known. It fails after ten seconds. Any thread. */
    Uni<URI> whenKnown() {
        return Uni.createFrom().item(server::getLocalBaseUri)
                .onFailure(IllegalArgumentException.class).retry()
                .withBackOff(FIRST_RETRY, MAX_RETRY).expireIn(TIMEOUT.toMillis());
    }
}
