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

/** Registry of the sessions on this replica, and of the event loops that they run on. Any thread. */
@Singleton
public final class Sessions {

    private static final Duration MIN_HEARTBEAT = Duration.ofMillis(50);
    private static final Duration MAX_HEARTBEAT = Duration.ofDays(1);
    private static final Duration MIN_CONNECTION_AGE = Duration.ofSeconds(1);
    private static final Duration MAX_CONNECTION_AGE = Duration.ofDays(365);

    private final Node node;
    private final ConcurrentMap<String, Session> sessions = new ConcurrentHashMap<>();
    private final ConcurrentMap<EventLoop, SessionLoop> loops = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final SessionConfig config;

    /** @throws ConfigurationException naming the invalid setting */
    public Sessions(Node node, SessionConfig config) {
        this.node = node;
        this.config = config;
        Require.between("atrium.heartbeat.interval", config.heartbeat().interval(), MIN_HEARTBEAT, MAX_HEARTBEAT);
        Require.between("atrium.heartbeat.timeout", config.heartbeat().timeout(), MIN_HEARTBEAT, MAX_HEARTBEAT);
        Require.between("atrium.outbox.limit", config.outbox().limit(), 1L << 10, 1L << 30);
        Require.that(config.connection().maxAge().isZero() || config.connection().maxAge().compareTo(MIN_CONNECTION_AGE) >= 0,
                "atrium.connection.max-age", "0s, or a duration from 1s");
        Require.between("atrium.connection.max-age", config.connection().maxAge(), Duration.ZERO, MAX_CONNECTION_AGE);
        Require.between("atrium.connection.max-age-jitter", config.connection().maxAgeJitter(), 0, 100);
    }

    public SessionConfig config() {
        return config;
    }

    public DeliveryLoop deliveryLoop(EventLoop eventLoop) {
        return loop(eventLoop).delivery();
    }

    /** Runs the task that begins to read from a new connection, in a later turn if many begin at once. On that event loop. */
    public void readInTurn(EventLoop eventLoop, Runnable read) {
        loop(eventLoop).firstReads().begin(read);
    }

    /**
     * Runs costly work through the handshake throttle of an event loop, and on it. Any thread: an upgrade check of the
     * application
     * may have ended on a worker.
     */
    public <T> Uni<T> inTurn(EventLoop eventLoop, Supplier<Uni<T>> work) {
        HandshakeThrottle throttle = loop(eventLoop).handshakeThrottle();
        return eventLoop.inEventLoop() ? throttle.pass(work)
                : Uni.createFrom().voidItem().emitOn(eventLoop).chain(() -> throttle.pass(work));
    }

    /** Completes on an event loop, when it is the turn of the next large reply there. */
    public Uni<Void> replyTurn(EventLoop eventLoop) {
        return loop(eventLoop).replyTurns().next();
    }

    public long sendQueueLimit() {
        return config.outbox().limit();
    }

    /** Opens a session and starts its heartbeat. On the event loop in the request only. */
    public Session open(SessionRequest request, TokenBucket tokens, Session.Listener listener) {
        Sender self = new Sender(node.newSessionId(), request.caller().identity().user());
        Session session = new Session(self, request, tokens, loop(request.eventLoop()), listener);
        connections.incrementAndGet();
        sessions.put(session.id(), session);
        session.watch();
        return session;
    }

    /** Returns the session of that id on this replica, or null. */
    public Session find(String id) {
        return sessions.get(id);
    }

    /** Renames a session that resumes one of an earlier connection, as another connection may do, too. On its event loop. */
    public void rename(Session session, Sender former) {
        sessions.remove(session.id());
        session.become(former);
        session.rival = sessions.put(session.id(), session);
    }

    /** Ends another session that has resumed the same one and has lost it, if there is one. On the session's event loop. */
    public void endRival(Session session) {
        if (session.rival != null) {
            session.rival.closeSoon(CloseReason.RESUMED);
            session.rival = null;
        }
    }

    /** Removes a session that has ended. Another one that has resumed the same session, and is open, has the id again. */
    public void remove(Session session) {
        if (!sessions.remove(session.id(), session)) {
            return;
        }
        for (Session other = session.rival; other != null; other = other.rival) {
            if (other.isOpen()) {
                sessions.putIfAbsent(other.id(), other);
                if (!other.isOpen()) {
                    // It has ended meanwhile, and was not found to be removed.
                    remove(other);
                }
                return;
            }
        }
    }

    /** Uncounts the connection of a session, which closes some time after the session has ended. */
    public void disconnected() {
        connections.decrementAndGet();
    }

    /** Returns the number of connections, those of open sessions and those that are still being closed. */
    public int connections() {
        return connections.get();
    }

    /** Returns all open sessions, as a live view. */
    public Collection<Session> all() {
        return Collections.unmodifiableCollection(sessions.values());
    }

    /** Returns the number of new connections whose handshake, join or resumption is running or waiting. */
    public int newConnections() {
        return loops.values().stream().mapToInt(loop -> loop.handshakeThrottle().newConnections()).sum();
    }

    /** Returns the largest backlog of undelivered messages on any event loop, in bytes. */
    public long backlog() {
        return loops.values().stream().mapToLong(loop -> loop.delivery().backlog()).max().orElse(0);
    }

    /** Returns whether new messages have to wait: the backlog of an event loop is over its limit, or memory is scarce. */
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
        DeliveryLoop delivery = new DeliveryLoop(eventLoop, eventLoop::inEventLoop, DirectMemory::isScarce);
        RecentDeliveries deliveries = new RecentDeliveries(delivery, System::nanoTime);
        return new SessionLoop(eventLoop, delivery,
                new Heartbeat(eventLoop, config.heartbeat().interval(), config.heartbeat().timeout(),
                        MaxConnectionAge.of(config.connection())),
                new FirstReads(eventLoop, deliveries), new HandshakeThrottle(eventLoop, deliveries, System::nanoTime),
                new ReplyTurns(eventLoop));
    }
}
