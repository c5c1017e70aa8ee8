package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.BackplaneUnavailableException;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.NumberType;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which other replicas are alive, also while Redis renews no lease. */
class ReplicaLeasesTest extends WithFakeRedis {

    private static final Duration LEASE = Duration.ofSeconds(10);

    private volatile long now;
    private final Lease own = new Lease(LEASE, () -> this.now);
    private final ReplicaLeases leases = new ReplicaLeases(commands, new RedisKeys("at", 0), own);

    @BeforeEach
    void renewLease() {
        onLoop(() -> own.renewed(0));
    }

    @Test
    void a_replica_is_alive_as_long_as_its_lease() {
        Future<Boolean> gone = onLoop(() -> leases.isAlive("node02"));
        Future<Boolean> alive = onLoop(() -> leases.isAlive("node03"));
        assertThat(redis.last().sent).containsExactly("exists at:lease:node02", "exists at:lease:node03");
        reply(0, NumberType.create(0L));
        reply(1, NumberType.create(1L));
        assertThat(gone.result()).isFalse();
        assertThat(alive.result()).isTrue();
    }

    @Test
    void while_no_lease_can_be_renewed_each_replica_may_be_alive() {
        refuse();
        assertThat(onLoop(() -> leases.isAlive("node02")).result()).isTrue();
        Future<String> address = onLoop(() -> leases.addressOf("node02"));
        reply(0, null);
        assertThat(address.cause()).isInstanceOf(BackplaneUnavailableException.class);
        now = LEASE.toNanos() - 1;
        onLoop(() -> own.renewed(now));
        assertThat(onLoop(() -> leases.isAlive("node02")).result()).as("the others may be later").isTrue();
        now = LEASE.toNanos();
        assertThat(onLoop(() -> leases.isAlive("node02")).isComplete()).as("Redis is asked").isFalse();
    }

    @Test
    void a_replica_without_a_lease_has_no_address() {
        Future<String> address = onLoop(() -> leases.addressOf("node02"));
        assertThat(redis.last().sent).containsExactly("get at:lease:node02");
        reply(0, null);
        assertThat(address.succeeded()).isTrue();
        assertThat(address.result()).isNull();
    }

    private void refuse() {
        onLoop(() -> {
            own.notRenewed();
            return null;
        });
    }

    private void reply(int request, Response reply) {
        onLoop(() -> {
            redis.last().replies.get(request).complete(reply);
            return null;
        });
    }

    private <T> T onLoop(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            T returned = task.get();
            // Once the commands that the task has sent are on their way.
            loop.execute(() -> result.complete(returned));
        });
        return result.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
