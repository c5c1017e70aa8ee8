package dev.atrium.transport.engineio;

import dev.atrium.room.DeliveryLoop;
import dev.atrium.room.Node;
import dev.atrium.security.Caller;
import dev.atrium.security.ClientLimits;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.Sessions;
import dev.atrium.setting.Require;
import io.netty.channel.EventLoop;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Registry of the Engine.IO connections on this replica. Any thread. */
@Singleton
public final class EngineSockets {

    private static final long MIN_SIZE = 1L << 10;
    /** Default of the reference implementation. */
    private static final long USUAL = 1_000_000;

    /** Factory of the protocol above Engine.IO. */
    public interface Application {

        /** Creates the listener of a new connection; nothing is sent before this returns. On the connection's event loop. */
        EngineSocket.Listener connected(EngineSocket socket);

        /** Whether the request that opens a connection is kept with its {@link EngineSocket#caller}. */
        default boolean keepsHandshakes() {
            return false;
        }
    }

    private final ConcurrentMap<String, EngineSocket> sockets = new ConcurrentHashMap<>();
    private final Node node;
    private final ClientLimits limits;
    private final Sessions sessions;
    private final EngineSettings settings;
    private final Application application;

    /** @throws ConfigurationException naming the invalid setting */
    public EngineSockets(Node node, Sessions sessions, EngineIoConfig config, Application application, ClientLimits limits,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largestBody) {
        this.node = node;
        this.limits = limits;
        this.sessions = sessions;
        this.application = application;
        long most = Math.max(MIN_SIZE, largestBody.asLongValue());
        long maxPayload = config.maxPayload().orElse(Math.min(USUAL, most));
        Require.between("atrium.engineio.max-payload", maxPayload, MIN_SIZE, most);
        SessionConfig.Heartbeat heartbeat = sessions.config().heartbeat();
        this.settings = new EngineSettings(heartbeat.interval(), heartbeat.timeout(), config.upgradeTimeout(),
                (int) maxPayload);
        Require.between("atrium.engineio.upgrade-timeout", config.upgradeTimeout(), Duration.ofMillis(50),
                Duration.ofMinutes(10));
    }

    /** Returns the number of connections on a transport, {@code polling} or {@code websocket}. */
    public long count(String transport) {
        return sockets.values().stream().filter(socket -> transport.equals(socket.transport())).count();
    }

    boolean keepsHandshakes() {
        return application.keepsHandshakes();
    }

    EngineSocket find(String sid) {
        return sockets.get(sid);
    }

    EngineSocket create(Caller caller, EventLoop eventLoop) {
        return new EngineSocket(node.newEngineId(), caller, limits.newTokenBucket(), limits.newTokenBucket(),
                eventLoop, settings);
    }

    void open(EngineSocket socket, EngineTransport transport) {
        sockets.put(socket.id(), socket);
        socket.open(transport, application.connected(socket), () -> sockets.remove(socket.id(), socket));
    }

    DeliveryLoop deliveryLoop(EventLoop eventLoop) {
        return sessions.deliveryLoop(eventLoop);
    }

    long sendQueueLimit() {
        return sessions.sendQueueLimit();
    }

    int maxPayload() {
        return settings.maxPayload();
    }
}
