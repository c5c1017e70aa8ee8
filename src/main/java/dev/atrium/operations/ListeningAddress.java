package dev.atrium.operations;

import io.netty.util.NetUtil;
import io.quarkus.vertx.http.HttpServer;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.net.InetAddress;
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
                .withBackOff(FIRST_RETRY, MAX_RETRY).expireIn(TIMEOUT.toMillis())
                .map(ListeningAddress::withBrackets);
    }

    /** Quarkus writes an IPv6 address without brackets, and such a URI has neither a host nor a port. */
    private static URI withBrackets(URI base) {
        if (base.getHost() != null) {
            return base;
        }
        String authority = base.getRawAuthority();
        int colon = authority.lastIndexOf(':');
        String host = authority.substring(0, colon);
        return URI.create(base.getScheme() + "://" + (isEveryAddress(host) ? "localhost" : inUrl(host))
                + authority.substring(colon) + base.getRawPath());
    }

    /** Returns a host as it is written in URLs, in which an IPv6 address has brackets. */
    static String inUrl(String host) {
        return host.indexOf(':') < 0 || host.startsWith("[") ? host : '[' + host + ']';
    }

    /** Returns whether a server that is bound to this address is reached at every one of its machine. */
    static boolean isEveryAddress(String host) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        return address != null && address.isAnyLocalAddress();
    }
}
