package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Time of Redis, as a replica with another clock knows it. */
class RedisClockTest extends WithFakeRedis {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final RedisClock clock = new RedisClock();

    @Test
    void the_time_is_that_of_redis_once_it_has_told_it() {
        assertThat(clock.millis()).isCloseTo(System.currentTimeMillis(), within(5_000L));
        clock.check(commands);
        await().until(() -> redis.last().sent.contains("time"));
        loop.execute(() -> redis.last().replies.get(0).complete(time(System.currentTimeMillis() - HOUR)));
        await().until(() -> Math.abs(clock.millis() - System.currentTimeMillis() + HOUR) < 5_000);
    }

    static MultiType time(long millis) {
        MultiType time = MultiType.create(2, false);
        time.add(BulkType.create(Buffer.buffer(Long.toString(millis / 1_000)), false));
        time.add(BulkType.create(Buffer.buffer(Long.toString(millis % 1_000 * 1_000)), false));
        return time;
    }
}
