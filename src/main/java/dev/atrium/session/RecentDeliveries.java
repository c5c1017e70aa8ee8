package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Whether rooms deliver on an event loop at present, so that connected clients wait for new ones. On that loop only. */
final class RecentDeliveries {

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final DeliveryLoop delivery;
    private final LongSupplier nanoTime;
    private long batches;
    private long lastChange;

    RecentDeliveries(DeliveryLoop delivery, LongSupplier nanoTime) {
        this.delivery = delivery;
        this.nanoTime = nanoTime;
        lastChange = nanoTime.getAsLong() - IDLE_NANOS;
    }

    /** Returns whether a message was delivered since the last call, or within a tenth of a second before it. */
    boolean areThere() {
        long now = nanoTime.getAsLong();
        if (delivery.batches() != batches) {
            batches = delivery.batches();
            lastChange = now;
        }
        return now - lastChange < IDLE_NANOS;
    }
}
