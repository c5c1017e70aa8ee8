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
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
        boolean isPlain = config.getOptionalValue("quarkus.http.insecure-requests", String.class).filter("disabled"::equals)
                .isEmpty();
        List<Listener> listeners = Stream.of(listener(HTTP, "port", isPlain, config),
                listener(HTTP, "ssl-port", hasTls(config), config), listener(MANAGEMENT, "port", true, config))
                .flatMap(Optional::stream).toList();
        for (Listener each : listeners) {
            each.open();
            // The framework would open one port for both, and hand each connection to the one or the other.
            listeners.stream().takeWhile(other -> other != each)
                    .forEach(other -> Require.that(!each.address.equals(other.address), each.setting,
                            "another port than " + other.setting + ", got " + each.address.getPort()));
        }
    }

    private static boolean hasTls(Config config) {
        return StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                .anyMatch(name -> TLS.stream().anyMatch(name::startsWith));
    }

    private static Optional<Listener> listener(String server, String name, boolean isUsed, Config config) {
        String setting = server + '.' + name;
        int port = config.getOptionalValue(setting, Integer.class).orElse(0);
        Require.that(port <= MAX_PORT, setting, "at most " + MAX_PORT + ", got " + port);
        if (port <= 0 || !isUsed || !listensAlone(server, config)) {
            return Optional.empty();
        }
        String host = config.getOptionalValue(server + ".host", String.class).orElse("0.0.0.0");
        InetSocketAddress address = new InetSocketAddress(host, port);
        Require.that(!address.isUnresolved(), server + ".host", "an address of this machine, got " + host);
        return Optional.of(new Listener(setting, host, address));
    }

    private static boolean listensAlone(String server, Config config) {
        return isOn(server + ".enabled", true, config) && isOn(server + ".host-enabled", true, config)
                && !isOn(server + ".so-reuse-port", false, config);
    }

    private static boolean isOn(String setting, boolean otherwise, Config config) {
        return config.getOptionalValue(setting, Boolean.class).orElse(otherwise);
    }

    private record Listener(String setting, String host, InetSocketAddress address) {

        void open() {
            // Of the family of its address: one of both would be taken by a program that listens with the other.
            boolean isIpv4 = address.getAddress() instanceof Inet4Address;
            try (ServerSocketChannel probe = ServerSocketChannel.open(isIpv4 ? INET : INET6)) {
                probe.bind(address);
            } catch (IOException e) {
                throw new ConfigurationException(setting + ": expected a port that this process may open, and "
                        + address.getPort() + " of " + host + " is none: " + e.getMessage());
            }
        }
    }
}
