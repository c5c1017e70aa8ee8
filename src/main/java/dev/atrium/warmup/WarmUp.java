package dev.atrium.warmup;

import dev.atrium.security.Authenticator;
import dev.atrium.setting.Require;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Warm-up: makes the JVM compile the code path of a client before the first client connects. After a rolling update, a fresh
 * replica often gets all clients of an old one at once, while it is slowest. It serves clients during the warm-up, but is not
 * ready.
 */
@Singleton
public final class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);

    private static final Duration MAX_DURATION = Duration.ofMinutes(5);

    /** How far the warm-up has come. */
    public enum State {
        /** Disabled, or of a replica without a listener. */
        OFF,
        /** In progress: the replica is not ready. */
        RUNNING,
        /** Complete. */
        COMPLETE,
        /** Not one connection has run to its end: the replica is ready, and slow at first. */
        FAILED;

        /** Returns the name for health checks. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Vertx vertx;
    private final WarmUpSettings settings;
    private final Authenticator authenticator;
    private final Instance<HttpServerOptionsCustomizer> customizers;
    private final boolean hasListener;
    private WarmUpTraffic traffic;
    private final Promise<Void> done = Promise.promise();
    private volatile State state = State.RUNNING;
    private volatile int connections;

    /** @throws ConfigurationException naming the invalid setting */
    WarmUp(Vertx vertx, WarmUpSettings settings, Authenticator authenticator,
            Instance<HttpServerOptionsCustomizer> customizers,
            @ConfigProperty(name = "quarkus.http.host-enabled") boolean hasListener) {
        this.hasListener = hasListener;
        Require.between("atrium.warm-up.duration", settings.warmUp().duration(), Duration.ZERO, MAX_DURATION);
        this.vertx = vertx;
        this.settings = settings;
        this.authenticator = authenticator;
        this.customizers = customizers;
    }

    /** Returns whether the warm-up is complete, or disabled. Any thread. */
    public boolean isDone() {
        return done.future().isComplete();
    }

    /** Returns how far the warm-up has come. Any thread. */
    public State state() {
        return state;
    }

    /** Returns the number of connections that the warm-up has made; 0 until it is complete. Any thread. */
    public int connections() {
        return connections;
    }

    /** Completes when the warm-up is complete, or disabled. Any thread. */
    public Future<Void> whenDone() {
        return done.future();
    }

    void start(@Observes StartupEvent startup, Router router) {
        if (!hasListener || settings.warmUp().duration().isZero() || LaunchMode.current() != LaunchMode.NORMAL) {
            state = State.OFF;
            done.complete();
            return;
        }
        traffic = new WarmUpTraffic(vertx, options(), router, settings, authenticator);
        traffic.run(settings.warmUp().duration()).onSuccess(this::end).onFailure(failure -> fail(failure.getMessage()))
                .onComplete(ended -> done.complete());
    }

    private void end(WarmUpTraffic.Result result) {
        connections = result.connections();
        if (connections == 0) {
            fail(result.lastFailure() == null ? "no connection was made in time" : result.lastFailure().getMessage());
            return;
        }
        state = State.COMPLETE;
        if (result.failures() == 0) {
            LOG.infof("Warmed up with %d connections", connections);
        } else {
            LOG.infof("Warmed up with %d connections; %d more failed, the last one with: %s", connections, result.failures(),
                    result.lastFailure().getMessage());
        }
    }

    /** A replica that is slow at first is better than none, so it becomes ready all the same. */
    private void fail(String reason) {
        state = State.FAILED;
        LOG.warnf("The warm-up has failed; the replica is ready, but slower at first: %s", reason);
    }

    void stop(@Observes ShutdownEvent shutdown) {
        if (traffic != null) {
            traffic.stop();
        }
    }

    /** HTTP options of the real server, but without TLS. */
    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions();
        customizers.forEach(each -> each.customizeHttpServer(options));
        return options;
    }
}
