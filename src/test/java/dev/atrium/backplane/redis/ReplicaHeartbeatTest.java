package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.backplane.BackplaneStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Renewals of the lease of a replica. */
class ReplicaHeartbeatTest extends WithFakeRedis {

    private static final Response HELD = BulkType.create(Buffer.buffer("alive"), false);

    private final ReplicaHeartbeat heartbeat = new ReplicaHeartbeat(commands,
            FakeRedis.context(loop, new Lease(Duration.ofSeconds(10), System::nanoTime)), new RedisHealth());
    /** Whether other replicas may have taken this one for dead, at each renewal that is acted upon. */
    private final List<Boolean> renewals = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        heartbeat.start(renewals::add, () -> {
        }, () -> {
        });
    }

    @AfterEach
    void stop() {
        heartbeat.stop();
    }

    @Test
    void a_lease_that_redis_has_lost_is_acted_upon_on_the_next_connection_alone() {
        FakeRedis.Connection first = redis.last();
        renew(null);
        renew(HELD);
        assertThat(renewals).containsExactly(true, false);
        renew(null);
        assertThat(renewals).as("the connection is dropped").hasSize(2);
        assertThat(first.sent).last().isEqualTo("quit");
        onLoop(heartbeat::lost);
        await().until(() -> redis.connections.size() == 2 && commands.isUp());
        renew(HELD);
        renew(HELD);
        assertThat(renewals).containsExactly(true, false, true, false);
    }

    @Test
    void a_redis_that_refuses_everything_for_a_while_does_not_make_a_replica_deaf() {
        onLoop(() -> heartbeat.probeReceived(System.nanoTime()));
        await().atMost(Duration.ofSeconds(8)).during(Duration.ofSeconds(5)).until(() -> {
            onLoop(() -> redis.last().replies.forEach(reply -> reply.tryFail(ErrorType.create("BUSY a script is running"))));
            return heartbeat.isReceiving()
                    || heartbeat.stateWithoutProbes(commands.isUp()) == BackplaneStatus.State.REFUSED;
        });
        onLoop(heartbeat::beat);
        onLoop(() -> redis.last().replies.forEach(reply -> reply.tryComplete(HELD)));
        assertThat(heartbeat.stateWithoutProbes(commands.isUp())).as("the subscription may need a moment more")
                .isEqualTo(BackplaneStatus.State.UNREACHABLE);
    }

    @Test
    void after_a_short_outage_the_subscription_may_come_back_later_than_the_commands() {
        onLoop(heartbeat::beat);
        onLoop(() -> redis.last().replies.forEach(reply -> reply.tryComplete(HELD)));
        onLoop(() -> heartbeat.probeReceived(System.nanoTime()));
        await().pollDelay(Duration.ofMillis(1500)).until(() -> true);
        onLoop(heartbeat::lost);
        await().until(() -> {
            onLoop(() -> redis.last().replies.forEach(reply -> reply.tryComplete(HELD)));
            return !heartbeat.isReceiving();
        });
        assertThat(heartbeat.stateWithoutProbes(true)).isEqualTo(BackplaneStatus.State.UNREACHABLE);
        await().until(() -> {
            onLoop(() -> redis.last().replies.forEach(reply -> reply.tryComplete(HELD)));
            return heartbeat.stateWithoutProbes(true) == BackplaneStatus.State.NOT_RECEIVING;
        });
    }

    /** @param before value of the lease before it is renewed; null if there is none */
    private void renew(Response before) {
        FakeRedis.Connection connection = redis.last();
        onLoop(heartbeat::beat);
        int sent = connection.sent.size();
        while (!connection.sent.get(--sent).startsWith("set ")) {
            // Its probe follows.
        }
        int last = sent;
        onLoop(() -> connection.replies.get(last).tryComplete(before));
    }

    private void onLoop(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            task.run();
            // Once the commands that the task has sent are on their way.
            loop.execute(() -> done.complete(null));
        });
        done.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
