package dev.atrium.session;

import dev.atrium.security.LoadSignal;
import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Load shedder: rejects new connections while this replica has more of them than it can take, its event loops lag, or its heap
 * is full. Without it clients would be served after their timeout, for nothing, and connect again. Any thread.
 */
@Singleton
public final class LoadShedder implements LoadSignal {

    private static final int UPPER_BOUND = 1_000_000_000;

    private final Sessions sessions;
    private final EventLoops eventLoops;
    private final HeapPressure heap;
    private final long maxLagNanos;
    private final int maxHandshakes;

    /** @throws ConfigurationException naming the invalid setting */
    LoadShedder(Sessions sessions, EventLoops eventLoops, HeapPressure heap, AdmissionConfig config) {
        this.sessions = sessions;
        this.eventLoops = eventLoops;
        this.heap = heap;
        Require.between("atrium.admission.max-lag", config.maxLag(), Duration.ZERO, Duration.ofHours(1));
        Require.between("atrium.admission.max-handshakes", config.maxHandshakes(), 0, UPPER_BOUND);
        this.maxLagNanos = config.maxLag().toNanos();
        this.maxHandshakes = config.maxHandshakes();
    }

    @Override
    public boolean isExhausted() {
        return maxHandshakes > 0 && sessions.newConnections() >= maxHandshakes
                || maxLagNanos > 0 && eventLoops.isLagLasting(maxLagNanos);
    }

    @Override
    public boolean isMemoryScarce() {
        return heap.isScarce();
    }
}
