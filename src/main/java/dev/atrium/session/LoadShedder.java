package dev.atrium.session;

import dev.atrium.security.LoadSignal;
import dev.atrium.setting.Require;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Load shedder: rejects new connections while this replica has more of them than it can take, or its event loops lag. Without
 * it clients would be served after their timeout, for nothing, and connect again. Any thread.
 */
@Singleton
public final class LoadShedder implements LoadSignal {

    private static final int UPPER_BOUND = 1_000_000_000;

    private final Sessions sessions;
    private final List<LoopLag> lags = new CopyOnWriteArrayList<>();
    private final long maxLagNanos;
    private final int maxHandshakes;

    /** @throws ConfigurationException naming the invalid setting */
    LoadShedder(Sessions sessions, AdmissionConfig config) {
        this.sessions = sessions;
        Require.between("atrium.admission.max-lag", config.maxLag(), Duration.ZERO, Duration.ofHours(1));
        Require.between("atrium.admission.max-handshakes", config.maxHandshakes(), 0, UPPER_BOUND);
        this.maxLagNanos = config.maxLag().toNanos();
        this.maxHandshakes = config.maxHandshakes();
    }

    void start(@Observes StartupEvent startup, Vertx vertx) {
        for (EventExecutor eventLoop : vertx.nettyEventLoopGroup()) {
            LoopLag lag = new LoopLag();
            lag.watch(eventLoop);
            lags.add(lag);
        }
    }

    /** Returns the lag of the slowest event loop, in seconds. */
    public double lagSeconds() {
        return lags.stream().mapToLong(LoopLag::nanos).max().orElse(0) / 1e9;
    }

    @Override
    public boolean isExhausted() {
        if (maxHandshakes > 0 && sessions.newConnections() >= maxHandshakes) {
            return true;
        }
        if (maxLagNanos > 0) {
            for (LoopLag lag : lags) {
                if (lag.isLasting(maxLagNanos)) {
                    return true;
                }
            }
        }
        return false;
    }
}
