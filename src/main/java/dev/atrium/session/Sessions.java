package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import dev.atrium.room.Node;
import dev.atrium.room.Sender;
import dev.atrium.security.TokenBucket;
import dev.atrium.setting.Require;
import io.netty.channel.EventLoop;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The clients that are connected to this replica, and the event loops that they live on. Any thread. */
@Singleton
public final class Sessions {

    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration YOUNGEST = Duration.ofSeconds(1);
    private static final Duration OLDEST = Duration.ofDays(365);

    private final Node node;
    private final ConcurrentMap<String, Session> sessions = new ConcurrentHashMap<>();
    private final ConcurrentMap<EventLoop, SessionLoop> loops = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final SessionConfig config;

    /** @throws ConfigurationException naming the setting that makes no sense */
    public Sessions(Node node, SessionConfig config) {
        this.node = node;
        this.config = config;
        Require.between("atrium.heartbeat.interval", config.heartbeat().interval(), SHORTEST, LONGEST);
        Require.between("atrium.heartbeat.timeout", config.heartbeat().timeout(), SHORTEST, LONGEST);
        Require.between("atrium.outbox.limit", config.outbox().limit(), 1L << 10, 1L << 30);
        Require.that(config.connection().maxAge().isZero() || config.connection().maxAge().compareTo(YOUNGEST) >= 0,
                "atrium.connection.max-age", "0s, or a duration from 1s");
        Require.between("atrium.connection.max-age", config.connection().maxAge(), Duration.ZERO, OLDEST);
        Require.between("atrium.connection.max-age-jitter", config.connection().maxAgeJitter(), 0, 100);
    }

    /** The settings that clients are told. */
    public SessionConfig config() {
        return config;
    }

    /** The delivery loop that belongs to an event loop of Netty's. */
    public DeliveryLoop deliveryLoop(EventLoop eventLoop) {
        return loop(eventLoop).delivery();
    }

    /** Does something costly on an event loop when it is its turn there. On that event loop. */
    public <T> Uni<T> inTurn(EventLoop eventLoop, Supplier<Uni<T>> work) {
        return loop(eventLoop).handshakeThrottle().pass(work);
    }

    /** Bytes that may wait for one client. */
    public long sendQueueLimit() {
        return config.outbox().limit();
    }

    /** A new session on that event loop. Its heartbeat runs from now on. On that event loop only. */
    public Session open(SessionRequest request, TokenBucket tokens, Session.Listener listener) {
        Sender self = new Sender(node.newSessionId(), request.caller().identity().user());
        Session session = new Session(self, request, tokens, loop(request.eventLoop()), listener);
        connections.incrementAndGet();
        sessions.put(session.id(), session);
        session.watch();
        return session;
    }

    /** The session of that id on this replica, or null. */
    public Session find(String id) {
        return sessions.get(id);
    }

    /** A session goes on as the one that it was on an earlier connection. On its event loop. */
    public void rename(Session session, Sender former) {
        sessions.remove(session.id());
        session.become(former);
        sessions.put(session.id(), session);
    }

    /** Forgets a session that has ended. */
    public void remove(Session session) {
        sessions.remove(session.id(), session);
    }

    /** The connection of a session is gone, some time after the session has ended. */
    public void disconnected() {
        connections.decrementAndGet();
    }

    /** Connections that are not gone yet: those of open sessions, and those that are still being closed. */
    public int connections() {
        return connections.get();
    }

    /** All sessions that are open now; a live view. */
    public Collection<Session> all() {
        return Collections.unmodifiableCollection(sessions.values());
    }

    /** Newcomers whose handshake, join or resumption is under way or waits for its turn. */
    public int newcomers() {
        int all = 0;
        for (SessionLoop loop : loops.values()) {
            all += loop.handshakeThrottle().present();
        }
        return all;
    }

    /** The longest queue of undelivered messages on any event loop, in bytes. */
    public long backlog() {
        long most = 0;
        for (SessionLoop loop : loops.values()) {
            most = Math.max(most, loop.delivery().backlog());
        }
        return most;
    }

    /** Whether some event loop has more queued than it should. */
    public boolean isBehind() {
        for (SessionLoop loop : loops.values()) {
            if (loop.delivery().isBehind()) {
                return true;
            }
        }
        return false;
    }

    private SessionLoop loop(EventLoop eventLoop) {
        SessionLoop present = loops.get(eventLoop);
        return present != null ? present : loops.computeIfAbsent(eventLoop, this::newLoop);
    }

    private SessionLoop newLoop(EventLoop eventLoop) {
        DeliveryLoop delivery = new DeliveryLoop(eventLoop, eventLoop::inEventLoop);
        return new SessionLoop(eventLoop, delivery,
                new Heartbeat(eventLoop, config.heartbeat().interval(), config.heartbeat().timeout(), MaxConnectionAge.of(config.connection())),
                new HandshakeThrottle(eventLoop, delivery));
    }
}
