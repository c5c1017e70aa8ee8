package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.CapturedLog;
import org.junit.jupiter.api.Test;

/** How much the logs of rooms are shortened while Redis uses much memory. */
class RedisMemoryTest {

    private final RedisMemory memory = new RedisMemory(1_000);

    private void used(int bytes) {
        memory.used("# Memory\r\nused_memory:" + bytes + "\r\nused_memory_human:1K\r\n");
    }

    @Test
    void logs_are_halved_at_each_heartbeat_above_the_limit_and_grow_again_below_it() {
        assertThat(memory.scaled(6_400)).isEqualTo(6_400);
        used(1_001);
        assertThat(memory.scaled(6_400)).isEqualTo(3_200);
        assertThat(memory.scaled(50)).as("a small one, too").isEqualTo(25);
        used(5_000);
        assertThat(memory.scaled(6_400)).isEqualTo(1_600);
        used(950);
        assertThat(memory.scaled(6_400)).as("near the limit").isEqualTo(1_600);
        used(899);
        used(899);
        assertThat(memory.scaled(6_400)).isEqualTo(6_400);
    }

    @Test
    void a_log_keeps_a_part_of_what_it_may_have_and_one_that_is_off_stays_off() {
        for (int i = 0; i < 20; i++) {
            used(5_000);
        }
        assertThat(memory.scaled(6_400)).isEqualTo(100);
        assertThat(memory.scaled(10)).isEqualTo(1);
        assertThat(memory.scaled(0)).isZero();
    }

    @Test
    void each_change_is_logged_once() {
        try (CapturedLog log = new CapturedLog("dev.atrium.backplane.redis.RedisMemory")) {
            used(2_000);
            used(2_000);
            used(10);
            used(10);
            used(10);
            memory.used("nothing of use");
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(0)).contains("2000 bytes", "atrium.redis.max-memory");
        }
    }
}
