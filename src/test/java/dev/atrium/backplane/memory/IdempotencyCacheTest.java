package dev.atrium.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.PublishResult;
import dev.atrium.room.StreamPosition;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Expiry and eviction of the results of publications. */
class IdempotencyCacheTest {

    private static final int MAX_KEYS = 10_000;

    private final HistoryMemory memory = new HistoryMemory(Long.MAX_VALUE);
    private final IdempotencyCache cache = new IdempotencyCache(Duration.ofMillis(100), memory);

    @Test
    void a_result_is_found_by_its_key_until_its_window_is_over() {
        PublishResult result = result(1, 1_000_000);
        cache.add("a", result);
        assertThat(cache.find("a", 1_000)).isSameAs(result);
        assertThat(cache.find("b", 1_000)).isNull();
        assertThat(cache.find("a", 1_100)).isSameAs(result);
        assertThat(cache.find("a", 1_101)).isNull();
        assertThat(cache.find("a", 1_000)).as("it is removed, not hidden").isNull();
    }

    @Test
    void only_expired_results_are_removed() {
        cache.add("old", result(1, 1_000_000));
        cache.add("young", result(2, 1_050_000));
        assertThat(cache.find("old", 1_101)).isNull();
        assertThat(cache.find("young", 1_150)).isNotNull();
    }

    @Test
    void a_publication_without_key_is_not_cached() {
        cache.add(null, result(1, 1_000_000));
        assertThat(cache.find(null, 1_000)).isNull();
    }

    @Test
    void the_oldest_of_too_many_keys_is_evicted() {
        for (int i = 0; i < MAX_KEYS; i++) {
            cache.add("k" + i, result(i, 1_000_000));
        }
        assertThat(cache.find("k0", 1_000)).isNotNull();
        cache.add("one more", result(MAX_KEYS, 1_000_000));
        assertThat(cache.find("k0", 1_000)).isNull();
        assertThat(cache.find("k1", 1_000)).isNotNull();
        assertThat(cache.find("one more", 1_000)).isNotNull();
    }

    @Test
    void its_keys_are_counted_until_they_are_removed() {
        for (int i = 0; i <= MAX_KEYS; i++) {
            cache.add("k" + i, result(i, 1_000_000));
        }
        cache.add("k" + MAX_KEYS, result(1, 1_000_000));
        long full = memory.used();
        assertThat(full).isBetween(MAX_KEYS * 200L, MAX_KEYS * 400L);
        assertThat(cache.find("a", 1_200)).isNull();
        assertThat(memory.used()).isZero();
    }

    private static PublishResult result(long offset, long atMicros) {
        return new PublishResult(new StreamPosition("e", offset), atMicros);
    }
}
