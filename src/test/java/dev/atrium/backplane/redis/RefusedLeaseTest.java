package dev.atrium.backplane.redis;

import static org.awaitility.Awaitility.await;

import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Heartbeat on a connection over which Redis replies, and refuses the lease. */
class RefusedLeaseTest extends WithFakeRedis {

    private final RedisContext context = FakeRedis.context(loop, new Lease(Duration.ofSeconds(10), System::nanoTime));
    private final ReplicaHeartbeat heartbeat = new ReplicaHeartbeat(commands, context, new RedisHealth());

    @Test
    void a_replica_goes_on_to_publish_probes_over_a_new_connection() {
        commands.restart("reset");
        await().until(() -> redis.connections.size() == 2 && commands.isUp());
        heartbeat.start(expired -> {
        }, () -> {
        }, () -> {
        });
        try {
            for (int beats = 1; beats <= 3; beats++) {
                int probes = beats;
                await().until(() -> redis.last().sent.stream().filter(each -> each.startsWith("publish ")).count() == probes);
                loop.execute(() -> redis.last().replies.forEach(reply -> reply.tryFail(ErrorType.create("OOM on purpose"))));
            }
        } finally {
            heartbeat.stop();
        }
    }
}
