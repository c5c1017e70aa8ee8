package dev.atrium.backplane.memory;

import dev.atrium.backplane.HistoryPolicy;
import java.time.Clock;
import java.time.Duration;

/**
 * Settings of the in-process backplane.
 *
 * @param ttl how long an unused room keeps its stream position
 * @param resumeWindow how long a session can be resumed after its connection broke; zero for never
 * @param idempotencyWindow how long an idempotency key is remembered
 */
public record MemorySettings(Duration ttl, HistoryPolicy history, Duration resumeWindow, Duration idempotencyWindow,
        Clock clock) {
}
