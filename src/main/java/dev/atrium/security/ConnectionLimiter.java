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

/** Admission control for connections to this replica: limits in total, per address, per user and per second. Any thread. */
@Singleton
public final class ConnectionLimiter {

    private static final int UPPER_BOUND = 1_000_000_000;

    /** How long a client is kept out that was closed for flooding: a new session's full token bucket would let it go on. */
    private static final Duration PENALTY = Duration.ofSeconds(5);
    private static final int MAX_PENALTIES = 100_000;

    private final SecurityConfig.Limits config;
    private final LoadSignal load;
    private volatile boolean closed;
    private final Bucket handshakes;
    private final AtomicInteger all = new AtomicInteger();
    private final ConcurrentMap<String, Integer> byAddress = new ConcurrentHashMap<>();
    private final AtomicInteger unused = new AtomicInteger();
    private final ConcurrentMap<String, Integer> unusedByAddress = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Integer> byUser = new ConcurrentHashMap<>();
    private final Cache<String, Boolean> penalties = Caffeine.newBuilder()
            .maximumSize(MAX_PENALTIES).expireAfterWrite(PENALTY).build();

    /** @throws ConfigurationException naming the invalid setting */
    @Inject
    public ConnectionLimiter(SecurityConfig all, LoadSignal load) {
        config = all.limits();
        this.load = load;
        Require.between("atrium.limits.connections", config.connections(), 0, UPPER_BOUND);
        Require.between("atrium.limits.connections-per-address", config.connectionsPerAddress(), 0, UPPER_BOUND);
        Require.between("atrium.limits.connections-per-user", config.connectionsPerUser(), 0, UPPER_BOUND);
        Require.between("atrium.limits.handshakes", config.handshakes(), 0, UPPER_BOUND);
        handshakes = config.handshakes() == 0 ? null
                : Bucket.builder()
                        .addLimit(limit -> limit.capacity(config.handshakes()).refillGreedy(config.handshakes(),
                                Duration.ofSeconds(1)))
                        .build();
    }

    /** Slot of one counted connection. */
    public final class Slot {

        private final String address;
        private final AtomicBoolean released = new AtomicBoolean();

        private Slot(String address) {
            this.address = address;
        }

        /** Releases the slot when the connection is gone. Further calls do nothing. */
        public void release() {
            if (released.compareAndSet(false, true)) {
                all.decrementAndGet();
                leave(byAddress, address);
            }
        }
    }

    /**
     * @return the slot, to be released when the connection is gone
     * @throws LimitException if a limit is reached or this replica is draining or overloaded
     */
    public Slot admit(Caller caller) {
        requireReady();
        handshake(caller);
        requireFree();
        // Unknown addresses are not limited: many clients share them.
        if (!enter(byAddress, caller.address(), caller.address().isEmpty() ? 0 : config.connectionsPerAddress())) {
            throw new LimitException(Limit.CONNECTIONS_PER_ADDRESS);
        }
        all.incrementAndGet();
        return new Slot(caller.address());
    }

    /**
     * Checks whether a new connection would be admitted now, without counting one.
     *
     * @throws LimitException if a limit of all clients is reached or this replica is draining or overloaded
     */
    public void requireAccepting() {
        requireReady();
        if (handshakes != null && handshakes.getAvailableTokens() == 0) {
            throw new LimitException(Limit.HANDSHAKES);
        }
        requireFree();
    }

    private void requireReady() {
        requireOpen();
        if (load.isExhausted()) {
            throw new LimitException(Limit.OVERLOAD);
        }
        load.requireMemory();
    }

    private void requireFree() {
        if (isFull()) {
            throw new LimitException(Limit.CONNECTIONS);
        }
    }

    /**
     * Counts a network connection that has not sent a request yet. The limits are those of connections, counted apart: a client
     * at its limit may still send requests.
     *
     * @param address empty if unknown
     * @return to be run once, when the connection has sent a request or is closed
     * @throws LimitException if there are as many of the address, or in all, as there may be connections
     */
    public Runnable opened(String address) {
        if (config.connections() > 0 && unused.get() >= config.connections()) {
            throw new LimitException(Limit.CONNECTIONS);
        }
        if (!enter(unusedByAddress, address, address.isEmpty() ? 0 : config.connectionsPerAddress())) {
            throw new LimitException(Limit.CONNECTIONS_PER_ADDRESS);
        }
        unused.incrementAndGet();
        return () -> {
            unused.decrementAndGet();
            leave(unusedByAddress, address);
        };
    }

    public void close() {
        closed = true;
    }

    public boolean isClosed() {
        return closed;
    }

    /** @throws LimitException if all new connections are rejected */
    public void requireOpen() {
        if (closed) {
            throw new LimitException(Limit.DRAINING);
        }
    }

    /** Returns whether the maximum number of connections is reached. */
    public boolean isFull() {
        return config.connections() > 0 && all.get() >= config.connections();
    }

    /**
     * Charges a handshake for a connection that takes over one that is counted already.
     *
     * @throws LimitException if the client is in its penalty time, or this replica receives too many handshakes
     */
    public void handshake(Caller caller) {
        if (caller.key() != null && penalties.getIfPresent(caller.key()) != null) {
            throw new LimitException(Limit.PENALTY);
        }
        if (handshakes != null && !handshakes.tryConsume(1)) {
            throw new LimitException(Limit.HANDSHAKES);
        }
    }

    /**
     * Counts a new session of a user.
     *
     * @throws LimitException if the user has the maximum number of sessions on this replica, or is in its penalty time
     */
    public void enter(String user) {
        // Checked again: a client may authenticate only after its handshake.
        if (user != null && penalties.getIfPresent(Caller.keyOf(user)) != null) {
            throw new LimitException(Limit.PENALTY);
        }
        if (user != null && !enter(byUser, user, config.connectionsPerUser())) {
            throw new LimitException(Limit.CONNECTIONS_PER_USER);
        }
    }

    public void leave(String user) {
        if (user != null) {
            leave(byUser, user);
        }
    }

    /** Starts the penalty time of a client, a few seconds. */
    public void penalize(Caller caller) {
        if (caller.key() != null) {
            penalties.put(caller.key(), true);
        }
    }

    public int count() {
        return all.get();
    }

    private static boolean enter(ConcurrentMap<String, Integer> counts, String key, int max) {
        boolean[] entered = new boolean[1];
        counts.compute(key, (same, count) -> {
            int present = count == null ? 0 : count;
            entered[0] = max == 0 || present < max;
            return entered[0] ? Integer.valueOf(present + 1) : count;
        });
        return entered[0];
    }

    private static void leave(ConcurrentMap<String, Integer> counts, String key) {
        counts.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }
}
