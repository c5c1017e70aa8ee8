package dev.atrium.backplane.memory;

import dev.atrium.room.PublishResult;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The receipts of publications that had an idempotency key, for a while. Used under its room's lock. */
final class IdempotencyCache {

    /** A client that makes up keys without end loses the oldest ones early, and nobody else's memory. */
    private static final int MOST = 10_000;

    private final long windowMicros;
    private final Map<String, PublishResult> receipts = new LinkedHashMap<>();

    IdempotencyCache(Duration window) {
        this.windowMicros = window.toNanos() / 1000;
    }

    /** @return null if there is none of that key, or not any more */
    PublishResult find(String key, long nowMillis) {
        dropOlder(nowMillis * 1000 - windowMicros);
        return receipts.get(key);
    }

    void add(String key, PublishResult receipt) {
        if (key != null) {
            receipts.put(key, receipt);
        }
        if (receipts.size() > MOST) {
            Iterator<PublishResult> oldest = receipts.values().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private void dropOlder(long micros) {
        Iterator<PublishResult> oldest = receipts.values().iterator();
        while (oldest.hasNext() && oldest.next().atMicros() < micros) {
            oldest.remove();
        }
    }
}
