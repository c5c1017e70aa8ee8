package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.SessionStore;
import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.backplane.memory.MemorySettings;
import dev.atrium.room.Data;
import dev.atrium.room.Delivery;
import dev.atrium.room.HistoryGap;
import dev.atrium.room.Message;
import dev.atrium.room.Node;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.Rooms;
import dev.atrium.security.Authenticator;
import dev.atrium.security.Caller;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Identity;
import dev.atrium.security.LoadSignal;
import dev.atrium.security.Permissions;
import dev.atrium.security.Policy;
import dev.atrium.security.SecurityConfig;
import dev.atrium.security.TestSecurity;
import dev.atrium.session.BytesFormat;
import dev.atrium.session.ClientConnection;
import dev.atrium.session.CloseReason;
import dev.atrium.session.HttpRequester;
import dev.atrium.session.SendQueue;
import dev.atrium.session.Session;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import dev.atrium.tracing.Tracing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A gateway over a backplane in memory, and clients on one event loop that the test turns by hand. */
abstract class WithGateway {

    static final RoomId LOBBY = RoomId.of("/", "lobby");
    static final RoomId NEWS = RoomId.of("/", "news");
    static final Identity ANN = user("ann", "*:join send history presence publish");

    final SettableClock clock = new SettableClock();
    final List<Event> events = new CopyOnWriteArrayList<>();
    final EmbeddedChannel channel = new EmbeddedChannel();

    /** Failures of calls of the backplane and its session store, by the name of the method. */
    final Map<String, Throwable> outages = new ConcurrentHashMap<>();

    HistoryPolicy history = new HistoryPolicy(100, Duration.ofHours(1));
    Duration window = Duration.ofMinutes(1);
    SecurityConfig config;
    Policy policy;
    MemoryBackplane memory;
    Backplane backplane;
    Sessions sessions;
    ClientLimits limits;
    ConnectionLimiter connections;
    AuditLog audit;
    RateLimiter rates;
    AccessControl access;
    RoomService service;
    Authentication authentication;
    Gateway gateway;

    @BeforeEach
    void begin() {
        start();
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    /** A new gateway with those settings: a name, a value, a name … */
    void start(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        config = TestSecurity.config(all);
        policy = TestSecurity.policy(config);
        Node node = Node.create();
        sessions = new Sessions(node, new SmallRyeConfigBuilder().withMapping(SessionConfig.class)
                .withSources(new PropertiesConfigSource(
                        Map.of("atrium.heartbeat.interval", "30s", "atrium.heartbeat.timeout", "30s"), "test", 100))
                .build().getConfigMapping(SessionConfig.class));
        memory = new MemoryBackplane(node, new MemorySettings(Duration.ofHours(1), history, window, window, clock));
        SessionStore store = port(SessionStore.class, memory.sessions(), Map.of());
        backplane = port(Backplane.class, memory, Map.of("sessions", store));
        Events stream = new Events(events::add);
        connections = new ConnectionLimiter(config, LoadSignal.NEVER_EXHAUSTED);
        limits = new ClientLimits(config);
        audit = new AuditLog(stream);
        rates = new RateLimiter(limits, connections, audit);
        access = new AccessControl(policy, limits, audit, LoadSignal.NEVER_EXHAUSTED);
        service = new RoomService(backplane, sessions, new Rooms(backplane, (message, members) -> {
        }, Tracing.off()), stream, Tracing.off());
        // Tests whose clients send tokens make their own.
        authentication = authentication(null);
        gateway = new Gateway(service, access, rates, connections, audit, authentication);
        events.clear();
    }

    /** A new gateway with those settings where everyone may do only what it was granted. */
    void startRequired(String... settings) {
        String[] all = Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "atrium.auth.mode";
        all[settings.length + 1] = "required";
        start(all);
    }

    static Identity user(String name, String grants) {
        return new Identity(Identity.Kind.TOKEN, name, grants.isEmpty() ? Permissions.NONE : Permissions.parse(grants),
                Identity.NEVER);
    }

    static Identity key(String grants) {
        return new Identity(Identity.Kind.KEY, "backend", Permissions.parse(grants), Identity.NEVER);
    }

    static Caller caller(Identity identity) {
        return new Caller(identity, "192.0.2.1");
    }

    final Authentication authentication(Authenticator authenticator) {
        return new Authentication(authenticator, service, access, connections, audit, new TokenExpiry(audit, config));
    }

    /** Executes a command of an HTTP request. */
    <R> Uni<R> request(Caller caller, Command<? super HttpRequester, R> command) {
        return gateway.execute(new HttpRequester(caller), command);
    }

    /** A session in no room. */
    Client connect(Identity identity) {
        return connect(identity, "/");
    }

    Client connect(Identity identity, String namespace) {
        Client client = new Client();
        client.session = gateway.connect(
                new SessionRequest(caller(identity), channel.eventLoop(), namespace, Transport.SESSION, client, Lines.FORMAT));
        return client;
    }

    /** A session in its own room and in its namespace's, which its client can resume. */
    Client admit(Identity identity) {
        Client client = connect(identity);
        done(gateway.admit(client.session));
        done(gateway.keep(client.session));
        client.session.follow();
        return client;
    }

    Joined join(Client client, RoomId room) {
        Joined joined = done(gateway.execute(client.session, Cost.NONE, new Command.Join(room, false, null)));
        joined.membership().follow();
        return joined;
    }

    PublishResult say(RoomId room, String text) {
        return done(backplane.publish(new Publication(room, "message", new Data.Text(text), null, true)));
    }

    void turn() {
        channel.runPendingTasks();
    }

    /** Lets time pass for what the event loop has scheduled, and for nothing else. */
    void pass(Duration time) {
        channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    <T extends Event> List<T> events(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Kinds, details and targets of what was denied. */
    List<String> denials() {
        return events(Event.Denied.class).stream().map(denied -> denied.kind() + " " + denied.detail() + " " + denied.target())
                .toList();
    }

    /** Awaits work that completes at once, or in a later task: joins and resumptions have slices of a millisecond. */
    final <T> T done(Uni<T> work) {
        CompletableFuture<T> done = work.subscribeAsCompletionStage();
        Awaitility.await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
            if (!done.isDone()) {
                turn();
            }
            return done.isDone();
        });
        return Uni.createFrom().completionStage(done).await().indefinitely();
    }

    final ErrorReply error(Uni<?> work) {
        return error(() -> done(work));
    }

    static ErrorReply error(Runnable work) {
        return catchThrowableOfType(ErrorReply.class, work::run);
    }

    final <T> T port(Class<T> type, T real, Map<String, Object> instead) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
            if (outages.containsKey(method.getName())) {
                return Uni.createFrom().failure(outages.get(method.getName()));
            }
            if (instead.containsKey(method.getName())) {
                return instead.get(method.getName());
            }
            try {
                return method.invoke(real, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    /** Sets the time of the backplane. */
    static final class SettableClock extends Clock {

        private long millis = System.currentTimeMillis();

        void pass(Duration time) {
            millis += time.toMillis();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis);
        }
    }

    /** A client that notes what it is sent. */
    static final class Client implements ClientConnection, SendQueue {

        final List<String> received = new ArrayList<>();
        final List<CloseReason> closed = new ArrayList<>();
        final List<Long> expiring = new ArrayList<>();
        Session session;

        @Override
        public SendQueue sendQueue() {
            return this;
        }

        @Override
        public void ping() {
            // Its silence is not what these tests are about.
        }

        @Override
        public void close(CloseReason reason, String detail) {
            closed.add(reason);
        }

        @Override
        public void expiring(long expires) {
            expiring.add(expires);
        }

        @Override
        public boolean offer(ByteBuf bytes) {
            received.addAll(List.of(bytes.toString(StandardCharsets.UTF_8).split("\n")));
            bytes.release();
            return true;
        }

        @Override
        public long pendingBytes() {
            return 0;
        }
    }

    /** Each delivery as a line. */
    private static final class Lines extends BytesFormat {

        private static final Lines FORMAT = new Lines();

        @Override
        public byte[] encode(Delivery delivery) {
            String line = delivery instanceof Message message ? ((Data.Text) message.data()).text()
                    : delivery instanceof PresenceEvent event ? event.change() + " " + event.who().id()
                            : "gap to " + ((HistoryGap) delivery).position().offset();
            return (line + "\n").getBytes(StandardCharsets.UTF_8);
        }
    }
}
