package dev.atrium.operations;

import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.INET6;

import dev.atrium.setting.Require;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/**
 * Startup check of the ports: one that is taken stops the start with one line. The framework would show a stack trace that does
 * not name the port, because it does not know the exception of Netty's native transport.
 */
@Singleton
final class PortCheck {

    private static final String HTTP = "quarkus.http";
    private static final String MANAGEMENT = "quarkus.management";
    private static final int MAX_PORT = 65_535;

    /** Beginnings of the settings with which the HTTP server has a port for TLS. */
    private static final List<String> TLS = List.of("quarkus.http.tls-configuration-name", "quarkus.http.ssl.certificate.",
            "quarkus.tls.key-store.");

    /** After other beans have started: the framework opens the ports next. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) StartupEvent startup, Config config) {
        // In dev mode the ports stay open when the application is loaded again.
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            check(config);
        }
    }

    /** @throws ConfigurationException naming the setting whose port cannot be opened */
    static void check(Config config) {
        List<ServerSocketChannel> open = new ArrayList<>();
        try {
            boolean isPlain = config.getOptionalValue("quarkus.http.insecure-requests", String.class)
                    .filter("disabled"::equals).isEmpty();
            open(HTTP, "port", isPlain, config).ifPresent(open::add);
            open(HTTP, "ssl-port", hasTls(config), config).ifPresent(open::add);
            open(MANAGEMENT, "port", true, config).ifPresent(open::add);
        } finally {
            // Not before all of them are open: two settings may have the same number.
            open.forEach(PortCheck::close);
        }
    }

    private static boolean hasTls(Config config) {
        return StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                .anyMatch(name -> TLS.stream().anyMatch(name::startsWith));
    }

    private static Optional<ServerSocketChannel> open(String server, String name, boolean isUsed, Config config) {
        String setting = server + '.' + name;
        int port = config.getOptionalValue(setting, Integer.class).orElse(0);
        Require.that(port <= MAX_PORT, setting, "at most " + MAX_PORT + ", got " + port);
        return port > 0 && isUsed && listensAlone(server, config)
                ? Optional.of(open(server, setting, config.getOptionalValue(server + ".host", String.class).orElse("0.0.0.0"),
                        port))
                : Optional.empty();
    }

    private static boolean listensAlone(String server, Config config) {
        return isOn(server + ".enabled", true, config) && isOn(server + ".host-enabled", true, config)
                && !isOn(server + ".so-reuse-port", false, config);
    }

    private static boolean isOn(String setting, boolean otherwise, Config config) {
        return config.getOptionalValue(setting, Boolean.class).orElse(otherwise);
    }

    private static ServerSocketChannel open(String server, String setting, String host, int port) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new ConfigurationException(server + ".host: expected an address of this machine, got " + host);
        }
        // Of the family of its address: one of both would be taken by a program that listens with the other.
        boolean isIpv4 = address.getAddress() instanceof Inet4Address;
        ServerSocketChannel probe = null;
        try {
            probe = ServerSocketChannel.open(isIpv4 ? INET : INET6);
            return probe.bind(address);
        } catch (IOException e) {
            close(probe);
            throw new ConfigurationException(setting + ": expected a port that this process may open, and " + port + " of "
                    + host + " is none: " + e.getMessage());
        }
    }

    private static void close(ServerSocketChannel probe) {
        try {
            if (probe != null) {
                probe.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
