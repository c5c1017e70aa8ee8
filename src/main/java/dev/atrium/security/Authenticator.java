package dev.atrium.security;

import dev.atrium.security.AuthenticationException.Reason;
import dev.atrium.setting.Require;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonString;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;
import org.jose4j.jwt.consumer.InvalidJwtException;

/**
 * Authenticator of clients by token (JWT, RFC 7519) or API key. Any thread; tokens are verified on other threads, because the
 * verification keys may have to be fetched.
 */
@Singleton
public final class Authenticator {

    private static final Logger LOG = Logger.getLogger(Authenticator.class);

    /** Claim that holds the grants of a token: an object from room patterns to permission words. */
    public static final String ROOMS_CLAIM = "rooms";

    /** Maximum length of a token, in characters; a longer one is invalid. */
    private static final int MAX_TOKEN_LENGTH = 16 * 1024;

    /** Threads and waiting verifications: a key server that does not answer holds up each thread for a minute. */
    private static final int THREADS = 8;
    private static final int MAX_WAITING = 1_000;

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING), new DefaultThreadFactory("atrium-token", true));
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
            new DefaultThreadFactory("atrium-token-timer", true));
    private final Duration timeout;
    private final JWTParser parser;
    private final ApiKeys apiKeys;
    private final VerificationKey key;
    private final boolean verifies;

    /** @throws ConfigurationException naming the invalid setting */
    @Inject
    Authenticator(JWTParser parser, SecurityConfig config) {
        this(parser, config, TIMEOUT);
    }

    /** @param timeout maximum duration of a verification, for which keys may have to be fetched */
    Authenticator(JWTParser parser, SecurityConfig config, Duration timeout) {
        threads.allowCoreThreadTimeOut(true);
        // Otherwise a token would stay in memory until its time is over, long after it was verified.
        timer.setRemoveOnCancelPolicy(true);
        this.timeout = timeout;
        this.parser = parser;
        this.apiKeys = new ApiKeys(config.apiKeys());
        // In mode open a server without a key leaves tokens to the application. Without this it would not do so in dev mode and in
        // tests, where Quarkus generates a key pair for applications that have none.
        this.key = VerificationKey.configured(config.auth().mode() == SecurityConfig.Mode.REQUIRED);
        this.verifies = key != null;
        Require.that(verifies || !config.apiKeys().isEmpty() || config.auth().mode() == SecurityConfig.Mode.OPEN,
                "atrium.auth.mode",
                "open, because there is no key to verify tokens with; set mp.jwt.verify.publickey.location");
    }

    /** Checks the verification key at startup, so that a wrong setting stops the start. */
    void start(@Observes StartupEvent startup) {
        if (verifies) {
            key.check(parser);
        }
    }

    void stop(@Observes ShutdownEvent shutdown) {
        threads.shutdownNow();
        timer.shutdownNow();
    }

    /** Returns whether a verification key is configured. Without one, a token in a request may be meant for another service. */
    public boolean verifies() {
        return verifies;
    }

    /** Verifies a token; fails with an {@link AuthenticationException}. Completes on another thread. */
    public Uni<Identity> token(String token) {
        if (!verifies || token.length() > MAX_TOKEN_LENGTH) {
            return Uni.createFrom().failure(new AuthenticationException(Reason.INVALID,
                    verifies ? "token: expected at most " + MAX_TOKEN_LENGTH + " characters"
                            : "token: this server has no key to verify it with"));
        }
        return Uni.createFrom().<Identity> emitter(waiting -> verifyLater(token, waiting))
                .ifNoItem().after(timeout).on(timer).failWith(() -> new AuthenticationException(Reason.UNAVAILABLE));
    }

    /** @throws AuthenticationException if the API key is unknown */
    public Identity key(String key) {
        return apiKeys.identity(key);
    }

    private void verifyLater(String token, UniEmitter<? super Identity> waiting) {
        Runnable verification = () -> {
            try {
                waiting.complete(verify(token));
            } catch (RuntimeException e) {
                waiting.fail(e);
            }
        };
        // Nobody waits any more: it would only keep others from their turn.
        waiting.onTermination(() -> threads.remove(verification));
        try {
            threads.execute(verification);
        } catch (RejectedExecutionException full) {
            waiting.fail(new AuthenticationException(Reason.UNAVAILABLE));
        }
    }

    private Identity verify(String token) {
        try {
            return identity(parser.parse(token));
        } catch (ParseException e) {
            throw new AuthenticationException(reason(e));
        } catch (AuthenticationException e) {
            throw e;
        } catch (InvalidGrantException e) {
            throw new AuthenticationException(Reason.MALFORMED_GRANT,
                    "token: its claim " + ROOMS_CLAIM + ": " + e.getMessage());
        } catch (RuntimeException e) {
            // The message is not logged, because it may contain the token. Debug level, because a client that has found such a
            // token could flood the log.
            LOG.debugf("A token could not be verified, and its client is asked to try again later: %s", e.getClass().getName());
            throw new AuthenticationException(Reason.UNAVAILABLE);
        }
    }

    private static Identity identity(JsonWebToken token) {
        String user = token.getSubject();
        if (user == null || user.isBlank()) {
            throw new AuthenticationException(Reason.INVALID, "token: expected a sub");
        }
        return new Identity(Identity.Kind.TOKEN, user, permissions(token.getClaim(ROOMS_CLAIM)),
                TimeUnit.SECONDS.toMillis(token.getExpirationTime()));
    }

    /** @param claim parsed JSON claim: an object whose values are words in a string, or in an array */
    private static Permissions permissions(Object claim) {
        if (claim == null) {
            return Permissions.NONE;
        }
        if (!(claim instanceof Map<?, ?> rooms)) {
            throw new InvalidGrantException("expected an object");
        }
        Map<String, Set<Permission>> grants = new HashMap<>();
        rooms.forEach((pattern, words) -> grants.put(pattern.toString(), words(words)));
        return new Permissions(grants);
    }

    /** Parses permission words; an empty string or array grants no permission. */
    private static Set<Permission> words(Object words) {
        if (words instanceof JsonString text) {
            return words(text.getString());
        }
        if (words instanceof Iterable<?> list) {
            EnumSet<Permission> permissions = EnumSet.noneOf(Permission.class);
            list.forEach(word -> permissions.addAll(words(word)));
            return permissions;
        }
        if (words instanceof String text) {
            return text.isBlank() ? Set.of() : Permissions.words(text);
        }
        throw new InvalidGrantException("expected words in a string");
    }

    private static Reason reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidJwtException invalid && invalid.hasExpired()) {
                return Reason.EXPIRED;
            }
            if (cause instanceof IOException) {
                return Reason.UNAVAILABLE;
            }
        }
        return Reason.INVALID;
    }
}
