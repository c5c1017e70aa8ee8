package dev.atrium.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Function;

/** How much one client may use. Any thread. */
@Singleton
public final class ClientLimits {

    private static final int MOST = 1_000_000_000;

    /** Clients without a session whose allowance is remembered; of those that come less often nothing is to be feared. */
    private static final int REMEMBERED = 100_000;
    private static final Duration FULL_AGAIN = Duration.ofSeconds(10);

    private final SecurityConfig.Limits config;
    private final Cache<String, TokenBucket> requests = Caffeine.newBuilder()
            .maximumSize(REMEMBERED).expireAfterAccess(FULL_AGAIN).build();

    /** @throws ConfigurationException naming the setting that makes no sense */
    @Inject
    public ClientLimits(SecurityConfig all) {
        config = all.limits();
        Require.between("atrium.limits.messages", config.messages(), 0, MOST);
        Require.between("atrium.limits.bytes", config.bytes(), 0, 1L << 40);
        Require.that(config.bytes() == 0 || config.bytes() >= 1024, "atrium.limits.bytes", "0, or at least 1K");
        Require.between("atrium.limits.rooms", config.rooms(), 0, MOST);
        Require.between("atrium.limits.room-name", config.roomName(), 1, 255);
        Require.between("atrium.limits.members-page", config.membersPage(), 1, 1000);
        Require.between("atrium.limits.first-command", config.firstCommand(), Duration.ZERO, Duration.ofHours(1));
    }

    /** For a new session. */
    public TokenBucket newTokenBucket() {
        return new TokenBucket(config.messages(), config.bytes());
    }

    /**
     * Takes one request from what a client without a session may say. Backends may say what they like; so may whoever's address
     * is not known, as many may share what is taken for it.
     *
     * @throws LimitException if there is not enough
     */
    public void request(Caller caller) {
        take(caller, tokens -> tokens.take(0));
    }

    /**
     * The same for the bytes of a request that was let in.
     *
     * @throws LimitException if there are not enough
     */
    public void bytes(Caller caller, long size) {
        take(caller, tokens -> tokens.takeBytes(size));
    }

    private void take(Caller caller, Function<TokenBucket, Limit> what) {
        String key = caller.key();
        if (caller.identity().kind() == Identity.Kind.KEY || key == null) {
            return;
        }
        TokenBucket tokens = requests.get(key, first -> newTokenBucket());
        Limit exceeded;
        synchronized (tokens) {
            exceeded = what.apply(tokens);
        }
        if (exceeded != null) {
            throw new LimitException(exceeded);
        }
    }

    /** @throws LimitException if a session in so many rooms may join no other */
    public void room(int present) {
        if (config.rooms() > 0 && present >= config.rooms()) {
            throw new LimitException(Limit.ROOMS);
        }
    }

    /** Rooms that a session may be in; 0 for any number. */
    public int rooms() {
        return config.rooms();
    }

    /** Bytes of a room's name. */
    public int roomName() {
        return config.roomName();
    }

    /** Members in one page of them. */
    public int membersPage() {
        return config.membersPage();
    }

    /** How long a client of the session protocol may stay without a command; zero for ever. */
    public Duration firstCommand() {
        return config.firstCommand();
    }
}
