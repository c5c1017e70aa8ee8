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
import org.eclipse.microprofile.config.Config;

/**
 * Startup check of the ports: one that is taken stops the start with one line. The framework would show a stack trace that does
 * not name the port, because it does not know the exception of Netty's native transport.
 */
@Singleton
final class PortCheck {

    private static final List<String> SERVERS = List.of("quarkus.http", "quarkus.management");
    private static final int MAX_PORT = 65_535;

    /** After other beans have started: the framework opens the ports next. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) StartupEvent startup, Config config) {
        // In dev mode the ports stay open when the application is loaded again.
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            check(config);
        }
    }

    /** @throws ConfigurationException naming the setting whose port cannot be opened */
    static void check(Config config) {
        for (String server : SERVERS) {
            int port = config.getOptionalValue(server + ".port", Integer.class).orElse(0);
            Require.that(port <= MAX_PORT, server + ".port", "at most " + MAX_PORT + ", got " + port);
            if (port > 0 && listensAlone(server, config)) {
                open(server, config.getOptionalValue(server + ".host", String.class).orElse("0.0.0.0"), port);
            }
        }
    }

    private static boolean listensAlone(String server, Config config) {
        return isOn(server + ".enabled", true, config) && isOn(server + ".host-enabled", true, config)
                && !isOn(server + ".so-reuse-port", false, config)
                && config.getOptionalValue(server + ".insecure-requests", String.class).filter("disabled"::equals).isEmpty();
    }

    private static boolean isOn(String setting, boolean otherwise, Config config) {
        return config.getOptionalValue(setting, Boolean.class).orElse(otherwise);
    }

    private static void open(String server, String host, int port) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new ConfigurationException(server + ".host: expected an address of this machine, got " + host);
        }
        // Of the family of its address: one of both would be taken by a program that listens with the other.
        boolean isIpv4 = address.getAddress() instanceof Inet4Address;
        try (ServerSocketChannel probe = ServerSocketChannel.open(isIpv4 ? INET : INET6)) {
            probe.bind(address);
        } catch (IOException e) {
            throw new ConfigurationException(server + ".port: expected a port that this process may open, and " + port + " of "
                    + host + " is none: " + e.getMessage());
        }
    }
}
