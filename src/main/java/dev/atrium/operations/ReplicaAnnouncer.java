package dev.atrium.operations;

import dev.atrium.backplane.Backplane;
import dev.atrium.setting.Require;
import io.netty.util.NetUtil;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.util.ExceptionUtil;
import io.quarkus.vertx.http.HttpServerStart;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Announces this replica's address to the other replicas, once the HTTP server listens. */
@Singleton
final class ReplicaAnnouncer {

    private static final Logger LOG = Logger.getLogger(ReplicaAnnouncer.class);

    private static final String SETTING = "atrium.replica.host";

    /** Four numbers that are no IPv4 address are no name either. */
    private static final Pattern NAME = Pattern.compile("(?![0-9]+(?:\\.[0-9]+)+$)[\\w-]+(?:\\.[\\w-]+)*\\.?");

    private final Backplane backplane;
    private final ListeningAddress address;
    private final String boundTo;
    private final ReplicaConfig config;

    ReplicaAnnouncer(Backplane backplane, ListeningAddress address, ReplicaConfig config,
            @ConfigProperty(name = "quarkus.http.host") String boundTo) {
        this.backplane = backplane;
        this.address = address;
        this.config = config;
        this.boundTo = boundTo;
    }

    /** Checks the setting at startup: the other replicas would fail to forward requests to an invalid address. */
    void start(@Observes StartupEvent startup) {
        config.host().ifPresent(host -> Require.that(isHost(host), SETTING,
                "a host name or an IP address, without scheme and port, got " + host));
    }

    void listening(@ObservesAsync HttpServerStart started) {
        announce(address.whenKnown(), InetAddress::getLocalHost);
    }

    /** @param machine address of the machine, found by its name, which it need not have */
    void announce(Uni<URI> listening, Callable<InetAddress> machine) {
        listening.map(Unchecked.function(base -> host(config.host(), boundTo, machine) + ":" + base.getPort()))
                .subscribe().with(found -> backplane.announce(found), failure -> LOG.warnf(
                        "Other replicas cannot forward requests to this one, because its address is not known; set %s: %s",
                        SETTING, ExceptionUtil.getRootCause(failure)));
    }

    /** Returns the host for URLs, in which an IPv6 address has brackets. */
    static String host(Optional<String> configured, String boundTo, Callable<InetAddress> machine) throws Exception {
        boolean isBoundToAll = configured.isEmpty() && ListeningAddress.isEveryAddress(boundTo);
        return ListeningAddress.inUrl(isBoundToAll ? machine.call().getHostAddress() : configured.orElse(boundTo));
    }

    static boolean isHost(String text) {
        if (isInBrackets(text)) {
            return text.indexOf(':') > 0 && isHost(text.substring(1, text.length() - 1));
        }
        return text.indexOf('[') < 0 && NetUtil.createByteArrayFromIpAddressString(text) != null
                ? !ListeningAddress.isEveryAddress(text)
                : NAME.matcher(text).matches();
    }

    private static boolean isInBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]");
    }
}
