package dev.atrium.session;

import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Live data of the heap, as the last collection of the old generation has found it. While it takes most of it, each new
 * connection and each join could be the one that ends the replica. Any thread.
 */
@Singleton
public final class HeapPressure {

    private static final Logger LOG = Logger.getLogger(HeapPressure.class);

    private static final int SCARCE_PERCENT = 85;

    /** Period of the collections that find out whether memory is free again: nothing else tells. */
    private static final long PERIOD_MILLIS = 20_000;

    /** The young generations have no thresholds. */
    private static final List<MemoryPoolMXBean> OLD_GENERATION = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported()
                    && pool.isCollectionUsageThresholdSupported() && pool.getUsage().getMax() > 0)
            .toList();

    void start(@Observes StartupEvent startup, Vertx vertx) {
        limit(SCARCE_PERCENT);
        vertx.setPeriodic(PERIOD_MILLIS, tick -> {
            if (isScarce()) {
                LOG.warn("Live data takes most of the heap: new connections and joins are refused");
                vertx.executeBlocking(() -> {
                    System.gc();
                    return null;
                });
            }
        });
    }

    /** @param percent of the old generation that live data may take; 0 for no limit */
    void limit(int percent) {
        OLD_GENERATION.forEach(pool -> pool.setCollectionUsageThreshold(pool.getUsage().getMax() / 100 * percent));
    }

    /** Returns whether nothing more should be kept. */
    boolean isScarce() {
        return OLD_GENERATION.stream().anyMatch(MemoryPoolMXBean::isCollectionUsageThresholdExceeded);
    }
}
