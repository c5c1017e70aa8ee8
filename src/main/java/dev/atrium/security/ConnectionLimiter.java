package dev.atrium.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.atrium.setting.Require;
import io.github.bucket4j.Bucket;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Who is connected to this replica, and who may not be any more. Any thread. */
@Singleton
public final class ConnectionLimiter {

    private static final int MOST = 1_000_000_000;

    /** Whoever was closed for too many messages and comes back at once has a full allowance again: so it may not. */
    private static final Duration PENALTY = Duration.ofSeconds(5);
    private static final int REMEMBERED = 100_000;

    private final SecurityConfig.Limits config;
    private final LoadSignal capacity;
    private volatile boolean closed;
    private final Bucket handshakes;
    private final AtomicInteger all = new AtomicInteger();
    private final ConcurrentMap<String, Integer> byAddress = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Integer> byUser = new ConcurrentHashMap<>();
    private final Cache<String, Boolean> penalties = Caffeine.newBuilder()
            .maximumSize(REMEMBERED).expireAfterWrite(PENALTY).build();

    /** @throws ConfigurationException naming the setting that makes no sense */
    @Inject
    public ConnectionLimiter(SecurityConfig all, LoadSignal capacity) {
        config = all.limits();
        this.capacity = capacity;
        Require.between("atrium.limits.connections", config.connections(), 0, MOST);
        Require.between("atrium.limits.connections-per-address", config.connectionsPerAddress(), 0, MOST);
        Require.between("atrium.limits.connections-per-user", config.connectionsPerUser(), 0, MOST);
        Require.between("atrium.limits.handshakes", config.handshakes(), 0, MOST);
        handshakes = config.handshakes() == 0 ? null : Bucket.builder()
                .addLimit(limit -> limit.capacity(config.handshakes()).refillGreedy(config.handshakes(), Duration.ofSeconds(1))).build();
    }

    /** One connection. */
    public final class Slot {

        private final String address;
        private final AtomicBoolean released = new AtomicBoolean();

        private Slot(String address) {
            this.address = address;
        }

        /** It is gone. What comes after does nothing. */
        public void release() {
            if (released.compareAndSet(false, true)) {
                all.decrementAndGet();
                leave(byAddress, address);
            }
        }
    }

    /**
     * Lets a client connect.
     *
     * @return to be released when the connection is gone
     * @throws LimitException if it may not
     */
    public Slot admit(Caller caller) {
        requireOpen();
        if (capacity.isExhausted()) {
            throw new LimitException(Limit.OVERLOAD);
        }
        handshake(caller);
        if (isFull()) {
            throw new LimitException(Limit.CONNECTIONS);
        }
        // An address that is not known may stand for anybody.
        if (!enter(byAddress, caller.address(), caller.address().isEmpty() ? 0 : config.connectionsPerAddress())) {
            throw new LimitException(Limit.CONNECTIONS_PER_ADDRESS);
        }
        all.incrementAndGet();
        return new Slot(caller.address());
    }

    /** Lets nobody in from now on. */
    public void close() {
        closed = true;
    }

    /** Whether nobody is let in any more. */
    public boolean isClosed() {
        return closed;
    }

    /** @throws LimitException if nobody is let in any more */
    public void requireOpen() {
        if (closed) {
            throw new LimitException(Limit.DRAINING);
        }
    }

    /** Whether there are as many as this replica takes. */
    public boolean isFull() {
        return config.connections() > 0 && all.get() >= config.connections();
    }

    /**
     * A connection that counts already is carried by another one from now on.
     *
     * @throws LimitException if that comes too often
     */
    public void handshake(Caller caller) {
        if (caller.key() != null && penalties.getIfPresent(caller.key()) != null) {
            throw new LimitException(Limit.PENALTY);
        }
        if (handshakes != null && !handshakes.tryConsume(1)) {
            throw new LimitException(Limit.HANDSHAKES);
        }
    }

    /** @throws LimitException if that user has as many sessions here as may be, or has to stay out for a while */
    public void enter(String user) {
        // Also for one that has shown who it is only after its handshake.
        if (user != null && penalties.getIfPresent(Caller.keyOf(user)) != null) {
            throw new LimitException(Limit.PENALTY);
        }
        if (user != null && !enter(byUser, user, config.connectionsPerUser())) {
            throw new LimitException(Limit.CONNECTIONS_PER_USER);
        }
    }

    /** A session of that user has ended. */
    public void leave(String user) {
        if (user != null) {
            leave(byUser, user);
        }
    }

    /** Keeps a client out for a few seconds. */
    public void penalize(Caller caller) {
        if (caller.key() != null) {
            penalties.put(caller.key(), true);
        }
    }

    /** How many there are. */
    public int count() {
        return all.get();
    }

    private static boolean enter(ConcurrentMap<String, Integer> counts, String key, int most) {
        boolean[] entered = new boolean[1];
        counts.compute(key, (same, count) -> {
            int present = count == null ? 0 : count;
            entered[0] = most == 0 || present < most;
            return entered[0] ? Integer.valueOf(present + 1) : count;
        });
        return entered[0];
    }

    private static void leave(ConcurrentMap<String, Integer> counts, String key) {
        counts.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }
}
