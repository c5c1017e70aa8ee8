package dev.atrium.backplane.memory;

import dev.atrium.room.PublishResult;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Publish results by idempotency key, for the window. They count for the memory of all rooms. Used under the room's lock. */
final class IdempotencyCache {

    /** Maximum number of keys per room: endless new keys evict the oldest ones early, and do not exhaust the memory. */
    private static final int MAX_KEYS = 10_000;

    /** Approximate bytes of a key's entry. */
    private static final int ENTRY_BYTES = 300;

    private final HistoryMemory memory;
    private final long windowMicros;
    private final Map<String, PublishResult> results = new LinkedHashMap<>();

    IdempotencyCache(Duration window, HistoryMemory memory) {
        this.memory = memory;
        this.windowMicros = window.toNanos() / 1000;
    }

    /** @return null if the key is unknown or has expired */
    PublishResult find(String key, long nowMillis) {
        dropOlder(nowMillis * 1000 - windowMicros);
        return results.get(key);
    }

    void add(String key, PublishResult result) {
        if (key != null && results.put(key, result) == null) {
            memory.add(ENTRY_BYTES);
        }
        if (results.size() > MAX_KEYS) {
            dropFirst(results.values().iterator());
        }
    }

    void dropOlder(long micros) {
        Iterator<PublishResult> oldest = results.values().iterator();
        while (oldestMicros() < micros) {
            dropFirst(oldest);
        }
    }

    /** Returns the time of the oldest result, in microseconds since 1970; {@link Long#MAX_VALUE} if there is none. */
    long oldestMicros() {
        return results.isEmpty() ? Long.MAX_VALUE : results.values().iterator().next().atMicros();
    }

    private void dropFirst(Iterator<PublishResult> oldest) {
        oldest.next();
        oldest.remove();
        memory.add(-ENTRY_BYTES);
    }
}
