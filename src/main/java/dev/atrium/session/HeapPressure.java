package dev.atrium.session;

import com.sun.management.GarbageCollectionNotificationInfo;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.jboss.logging.Logger;

/**
 * Live data of the heap, as a full collection has found it. While it takes most of the old generation, each new connection and
 * each join could be the one that ends the replica. A collector that makes no full collections is never under pressure here.
 * Any thread.
 */
@Singleton
public final class HeapPressure {

    private static final Logger LOG = Logger.getLogger(HeapPressure.class);

    private static final int SCARCE_PERCENT = 85;

    /** Period of the collections that find out whether memory is free again: nothing else tells. */
    private static final long PERIOD_MILLIS = 20_000;

    private static final Set<String> OLD_GENERATION = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
            .map(MemoryPoolMXBean::getName).collect(Collectors.toSet());

    private final NotificationListener listener = (notification, handback) -> collected(notification);
    private volatile boolean scarce;

    void start(@Observes StartupEvent startup, Vertx vertx) {
        emitters().forEach(emitter -> emitter.addNotificationListener(listener, null, null));
        vertx.setPeriodic(PERIOD_MILLIS, tick -> {
            if (scarce) {
                vertx.executeBlocking(() -> {
                    scarce = false;
                    System.gc();
                    return null;
                });
            }
        });
    }

    /** In dev mode the collectors outlive the application. */
    void stop(@Observes ShutdownEvent shutdown) {
        for (NotificationEmitter emitter : emitters()) {
            try {
                emitter.removeNotificationListener(listener);
            } catch (ListenerNotFoundException e) {
                LOG.debug("Not started", e);
            }
        }
    }

    private static List<NotificationEmitter> emitters() {
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        return collectors.stream().filter(NotificationEmitter.class::isInstance).map(NotificationEmitter.class::cast).toList();
    }

    private void collected(Notification notification) {
        if (!notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            return;
        }
        GarbageCollectionNotificationInfo info = GarbageCollectionNotificationInfo
                .from((CompositeData) notification.getUserData());
        if (info.getGcAction().equals("end of major GC")) {
            Map<String, MemoryUsage> after = info.getGcInfo().getMemoryUsageAfterGc();
            List<MemoryUsage> old = OLD_GENERATION.stream().map(after::get).filter(Objects::nonNull).toList();
            collected(old.stream().mapToLong(MemoryUsage::getUsed).sum(), old.stream().mapToLong(MemoryUsage::getMax).sum());
        }
    }

    /** A full collection has left so many bytes in the old generation, of so many. */
    void collected(long used, long max) {
        boolean before = scarce;
        scarce = used > max / 100 * SCARCE_PERCENT;
        if (scarce && !before) {
            LOG.warnf("Live data takes %d MB of the %d of the old generation: new connections and joins are refused",
                    used >> 20, max >> 20);
        }
    }

    /** Returns whether nothing more should be kept. */
    boolean isScarce() {
        return scarce;
    }
}
