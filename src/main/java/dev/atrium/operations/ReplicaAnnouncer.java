package dev.atrium.operations;

import dev.atrium.backplane.Backplane;
import dev.atrium.setting.Require;
import io.netty.util.NetUtil;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
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

    void listening(@ObservesAsync HttpServerStart started) throws UnknownHostException {
        String host = host(config.host(), boundTo);
        address.whenKnown().subscribe().with(base -> backplane.announce(host + ":" + base.getPort()),
                failure -> LOG.errorf("Other replicas cannot forward requests to this one, its port is not known: %s",
                        failure.getMessage()));
    }

    /** Returns the host for URLs, in which an IPv6 address has brackets. */
    static String host(Optional<String> configured, String boundTo) throws UnknownHostException {
        String host = configured.orElse(boundTo);
        if (configured.isEmpty() && ListeningAddress.isEveryAddress(boundTo)) {
            host = InetAddress.getLocalHost().getHostAddress();
        }
        return ListeningAddress.inUrl(host);
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
