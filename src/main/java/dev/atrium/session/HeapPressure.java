package dev.atrium.session;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Live data of the heap, as the last collection of the old generation has found it. While it takes most of it, each new
 * connection and each join could be the one that ends the replica. Any thread.
 */
@Singleton
public final class HeapPressure {

    private static final Logger LOG = Logger.getLogger(HeapPressure.class);

    private static final int SCARCE_PERCENT = 85;

    /** Until the next check: short, because a burst is over soon, but collections take a twentieth of the time at most. */
    private static final long MIN_PAUSE_MILLIS = 1_000;
    private static final long MAX_PAUSE_MILLIS = 20_000;
    private static final int PAUSES_PER_COLLECTION = 20;

    /** The young generations have no thresholds. */
    private static final List<MemoryPoolMXBean> OLD_GENERATION = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported()
                    && pool.isCollectionUsageThresholdSupported() && pool.getUsage().getMax() > 0)
            .toList();

    private final BooleanSupplier overLimit;
    /** Used by the thread of the timer only. */
    private boolean wasScarce;
    private volatile boolean stopped;

    @Inject
    HeapPressure() {
        this(() -> OLD_GENERATION.stream().anyMatch(MemoryPoolMXBean::isCollectionUsageThresholdExceeded));
    }

    /** @param overLimit whether live data takes most of the heap */
    HeapPressure(BooleanSupplier overLimit) {
        this.overLimit = overLimit;
    }

    void start(@Observes StartupEvent startup, Vertx vertx) {
        limit(SCARCE_PERCENT);
        checkAfter(MIN_PAUSE_MILLIS, vertx);
    }

    /** In dev mode the timer would outlive the application. */
    void stop(@Observes ShutdownEvent shutdown) {
        stopped = true;
    }

    private void checkAfter(long millis, Vertx vertx) {
        if (!stopped) {
            vertx.setTimer(millis, timer -> check(vertx));
        }
    }

    void check(Vertx vertx) {
        boolean scarce = isScarce();
        if (scarce && !wasScarce) {
            LOG.warn("Live data takes most of the heap: new connections and joins are refused");
        } else if (!scarce && wasScarce) {
            LOG.info("The heap has room again: new connections and joins are accepted");
        }
        wasScarce = scarce;
        if (scarce) {
            vertx.executeBlocking(HeapPressure::collect, false)
                    .onSuccess(millis -> checkAfter(pauseMillis(millis), vertx));
        } else {
            checkAfter(MIN_PAUSE_MILLIS, vertx);
        }
    }

    /** Finds out whether memory is free again, which nothing else tells. Returns how long it took, in milliseconds. */
    private static long collect() {
        long start = System.nanoTime();
        System.gc();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    static long pauseMillis(long collectionMillis) {
        return Math.max(MIN_PAUSE_MILLIS, Math.min(MAX_PAUSE_MILLIS, PAUSES_PER_COLLECTION * collectionMillis));
    }

    /** @param percent of the old generation that live data may take; 0 for no limit */
    void limit(int percent) {
        OLD_GENERATION.forEach(pool -> pool.setCollectionUsageThreshold(pool.getUsage().getMax() / 100 * percent));
    }

    /** Returns whether nothing more should be kept. */
    boolean isScarce() {
        return overLimit.getAsBoolean();
    }
}
