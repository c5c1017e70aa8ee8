package dev.atrium.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.atrium.setting.Require;
import io.github.bucket4j.Bucket;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Function;

/**
 * Per-client limits: message and byte rates, rooms, page sizes. It charges clients without a session; a session is charged
 * through its own {@link TokenBucket}. Any thread.
 */
@Singleton
public final class ClientLimits {

    /** A token bucket is refilled with one token a nanosecond at most. */
    private static final int UPPER_BOUND = 1_000_000_000;

    /** Maximum number of token buckets without a session. The least used are evicted: rare requests need no limit. */
    private static final int MAX_BUCKETS = 100_000;
    private static final Duration REFILL_TIME = Duration.ofSeconds(10);
    private static final Duration NEW_ROOMS_PERIOD = Duration.ofHours(1);

    private final SecurityConfig.Limits config;
    private final Cache<String, TokenBucket> requests = Caffeine.newBuilder()
            .maximumSize(MAX_BUCKETS).expireAfterAccess(REFILL_TIME).build();

    /** Of clients that have opened rooms. */
    private final Cache<String, Bucket> newRooms = Caffeine.newBuilder()
            .maximumSize(MAX_BUCKETS).expireAfterAccess(NEW_ROOMS_PERIOD).build();

    /** @throws ConfigurationException naming the invalid setting */
    @Inject
    public ClientLimits(SecurityConfig all) {
        config = all.limits();
        Require.between("atrium.limits.messages", config.messages(), 0, UPPER_BOUND);
        Require.between("atrium.limits.bytes", config.bytes(), 0, UPPER_BOUND);
        Require.that(config.bytes() == 0 || config.bytes() >= 1024, "atrium.limits.bytes", "0, or at least 1K");
        Require.between("atrium.limits.rooms", config.rooms(), 0, UPPER_BOUND);
        Require.between("atrium.limits.new-rooms", config.newRooms(), 0, UPPER_BOUND);
        Require.between("atrium.limits.room-name", config.roomName(), 1, 255);
        Require.between("atrium.limits.members-page", config.membersPage(), 1, 1000);
        Require.between("atrium.limits.first-command", config.firstCommand(), Duration.ZERO, Duration.ofHours(1));
    }

    public TokenBucket newTokenBucket() {
        return new TokenBucket(config.messages(), config.bytes());
    }

    /**
     * Charges one request to the bucket of a client without a session. Not limited: API keys, and clients whose user and
     * address are unknown, because many clients may share that bucket.
     *
     * @throws LimitException if the bucket is empty
     */
    public void chargeRequest(Caller caller) {
        charge(caller, tokens -> tokens.take(0));
    }

    /**
     * Charges the bytes of a request that was admitted by {@link #chargeRequest}.
     *
     * @throws LimitException if the bucket has too few bytes left
     */
    public void chargeBytes(Caller caller, long size) {
        charge(caller, tokens -> tokens.takeBytes(size));
    }

    private void charge(Caller caller, Function<TokenBucket, Limit> charge) {
        String key = limitedKey(caller);
        if (key == null) {
            return;
        }
        TokenBucket tokens = requests.get(key, first -> newTokenBucket());
        Limit exceeded;
        synchronized (tokens) {
            exceeded = charge.apply(tokens);
        }
        if (exceeded != null) {
            throw new LimitException(exceeded);
        }
    }

    /** Returns the key of a client's own limits, or null for one without. */
    private static String limitedKey(Caller caller) {
        return caller.identity().kind() == Identity.Kind.KEY ? null : caller.key();
    }

    /**
     * Checks whether a client may open another room. Rooms stay for a while after their last use, so that one client could fill
     * the memory with them, one message or join each. Not limited are the same clients as in {@link #chargeRequest}.
     *
     * @throws LimitException if it has opened too many
     */
    public void checkNewRooms(Caller caller) {
        String key = limitedKey(caller);
        Bucket opened = key == null ? null : newRooms.getIfPresent(key);
        if (opened != null && opened.getAvailableTokens() <= 0) {
            throw new LimitException(Limit.NEW_ROOMS);
        }
    }

    /** Charges a client for a room that it has opened. */
    public void chargeNewRoom(Caller caller) {
        String key = limitedKey(caller);
        if (key != null && config.newRooms() > 0) {
            newRooms.get(key, first -> Bucket.builder()
                    .addLimit(limit -> limit.capacity(config.newRooms()).refillGreedy(config.newRooms(), NEW_ROOMS_PERIOD))
                    .build()).tryConsume(1);
        }
    }

    /** @throws LimitException if a session that is in so many rooms may not join another one */
    public void checkRooms(int present) {
        if (config.rooms() > 0 && present >= config.rooms()) {
            throw new LimitException(Limit.ROOMS);
        }
    }

    /** Returns the cost of an expensive command, in messages: at most the burst, beyond which it could never be paid. */
    public int affordable(int messages) {
        return (int) Math.min(messages, TokenBucket.burst(config.messages()));
    }

    public SecurityConfig.Limits config() {
        return config;
    }
}
