package dev.atrium.backplane.memory;

import dev.atrium.room.PublishResult;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Cache of publish results by idempotency key, for the idempotency window. Used under its room's lock. */
final class IdempotencyCache {

    /**
     * Maximum number of keys per room: a client that sends endless new keys evicts the oldest ones of that room early and does
     * not exhaust the memory.
     */
    private static final int MAX_KEYS = 10_000;

    private final long windowMicros;
    private final Map<String, PublishResult> results = new LinkedHashMap<>();

    IdempotencyCache(Duration window) {
        this.windowMicros = window.toNanos() / 1000;
    }

    /** @return null if the key is unknown or has expired */
    PublishResult find(String key, long nowMillis) {
        dropOlder(nowMillis * 1000 - windowMicros);
        return results.get(key);
    }

    void add(String key, PublishResult result) {
        if (key != null) {
            results.put(key, result);
        }
        if (results.size() > MAX_KEYS) {
            Iterator<PublishResult> oldest = results.values().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private void dropOlder(long micros) {
        Iterator<PublishResult> oldest = results.values().iterator();
        while (oldest.hasNext() && oldest.next().atMicros() < micros) {
            oldest.remove();
        }
    }
}
