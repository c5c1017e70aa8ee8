package dev.atrium.backplane.memory;

import dev.atrium.backplane.HistoryPolicy;
import java.time.Clock;
import java.time.Duration;

/**
 * What a memory backplane is asked to keep.
 *
 * @param ttl how long a room that nobody uses keeps its place
 * @param history of each room
 * @param resumeWindow how long a session can be resumed after its connection broke; zero for never
 * @param idempotencyWindow how long an idempotency key is remembered
 */
public record MemorySettings(Duration ttl, HistoryPolicy history, Duration resumeWindow, Duration idempotencyWindow,
        Clock clock) {
}
