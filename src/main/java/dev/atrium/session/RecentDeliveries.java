package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import java.util.concurrent.TimeUnit;

/**
 * Whether rooms deliver messages on an event loop at the moment, so that connected clients have to wait for new ones. On it
 * only.
 */
final class RecentDeliveries {

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final DeliveryLoop delivery;
    private long batches;
    private long lastChange = System.nanoTime() - IDLE_NANOS;

    RecentDeliveries(DeliveryLoop delivery) {
        this.delivery = delivery;
    }

    /** Returns whether a message was delivered since the last call, or within a tenth of a second before it. */
    boolean areThere() {
        long now = System.nanoTime();
        if (delivery.batches() != batches) {
            batches = delivery.batches();
            lastChange = now;
        }
        return now - lastChange < IDLE_NANOS;
    }
}
