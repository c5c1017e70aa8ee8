package dev.atrium.transport.engineio;

import dev.atrium.room.Node;
import dev.atrium.security.Caller;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.Identity;
import dev.atrium.security.SecurityConfig;
import dev.atrium.session.CloseReason;
import dev.atrium.session.RequestMemory;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.Sessions;
import dev.atrium.transport.websocket.Frames;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A connection that polls, on an event loop whose time the test sets. */
abstract class WithEngine {

    static final long INTERVAL_MILLIS = 1_000;
    static final long TIMEOUT_MILLIS = 20_000;
    static final int LIMIT = 1_024;

    private static final Node NODE = new Node("node-1");
    private static final Map<String, String> SETTINGS = Map.of("atrium.heartbeat.interval", "1s", "atrium.heartbeat.timeout",
            "20s",
            "atrium.outbox.limit", "1K", "atrium.engineio.upgrade-timeout", "5s", "atrium.engineio.max-payload", "2K");

    private static Vertx vertx;

    final EmbeddedChannel channel = new EmbeddedChannel();
    final Application application = new Application();
    final Sessions sessions = new Sessions(NODE, config(SessionConfig.class, SETTINGS));
    EngineSockets sockets;
    EngineSocket socket;
    PollingTransport polling;
    boolean scarce;
    private ContextInternal context;

    /** Records the packets that the connection hands on. */
    static final class Application implements EngineSocket.Listener {

        final List<String> received = new ArrayList<>();
        Runnable whenText = () -> {
        };

        @Override
        public void text(String message) {
            received.add("text " + message);
            whenText.run();
        }

        @Override
        public void binary(byte[] message) {
            received.add("binary " + HexFormat.of().formatHex(message));
        }

        @Override
        public void upgraded(String transport) {
            received.add("upgraded " + transport);
        }

        @Override
        public void flooded() {
            received.add("flooded");
        }

        @Override
        public void closed(CloseReason reason) {
            received.add("closed " + reason);
        }
    }

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void open() {
        channel.freezeTime();
        context = ((VertxInternal) vertx).createEventLoopContext(channel.eventLoop(), null, getClass().getClassLoader());
        open(Map.of());
    }

    /** A new connection, of a client with those limits. */
    void open(Map<String, String> limits) {
        sockets = sockets(SETTINGS, limits, 10_000);
        socket = sockets.create(new Caller(Identity.ANONYMOUS, "192.0.2.1"), channel.eventLoop());
        polling = new PollingTransport(socket, sessions.deliveryLoop(channel.eventLoop()),
                new RequestMemory(1 << 20, System::nanoTime, () -> scarce), sessions.sendQueueLimit());
        sockets.open(socket, polling);
        turn();
    }

    EngineSockets sockets(Map<String, String> settings, Map<String, String> limits, long largestBody) {
        return new EngineSockets(NODE, sessions, config(EngineIoConfig.class, settings), opened -> application,
                new ClientLimits(config(SecurityConfig.class, limits)), new MemorySize(BigInteger.valueOf(largestBody)));
    }

    private static <T> T config(Class<T> type, Map<String, String> values) {
        return new SmallRyeConfigBuilder().withMapping(type).withValidateUnknown(false)
                .withSources(new PropertiesConfigSource(values, "test", 100)).build().getConfigMapping(type);
    }

    /** The event loop does what is due. */
    void turn() {
        channel.runPendingTasks();
        channel.runPendingTasks();
    }

    void advance(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        turn();
    }

    /** The application sends a message of text. */
    boolean send(String text) {
        return socket.sendQueue().offer(Unpooled.wrappedBuffer(Frames.text("4" + text)));
    }

    FakeRequest get() {
        return get(new FakeRequest(context));
    }

    FakeRequest get(FakeRequest request) {
        socket.poll(request.exchange());
        turn();
        return request;
    }

    /** Request that another replica has forwarded, with its stamp. */
    FakeRequest forwarded(String by, String stamp) {
        return new FakeRequest(context, by, stamp);
    }

    FakeRequest forwarded(String by, String stamp, RequestMemory memory) {
        return new FakeRequest(context, by, stamp, memory);
    }

    FakeRequest post(String body) {
        return post(body.getBytes(StandardCharsets.UTF_8));
    }

    FakeRequest post(byte[] body) {
        FakeRequest request = new FakeRequest(context);
        socket.beginPost(request.exchange());
        socket.post(request.exchange(), body);
        turn();
        return request;
    }

    /** POST whose body is still being received. */
    FakeRequest beginPost() {
        FakeRequest request = new FakeRequest(context);
        socket.beginPost(request.exchange());
        turn();
        return request;
    }

    /** Fetches the first packet, so that nothing waits. */
    void fetchOpen() {
        get();
    }
}
