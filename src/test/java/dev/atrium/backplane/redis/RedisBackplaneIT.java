package dev.atrium.backplane.redis;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneContract;
import dev.atrium.backplane.Settings;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.room.Node;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Backplane over Redis: the contract. */
class RedisBackplaneIT extends BackplaneContract {

    private static RedisProcess redis;
    private static Vertx vertx;
    private static Node node;
    private static RedisBackplane backplane;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        vertx = Vertx.vertx();
        node = Node.create();
        backplane = RedisBackplane.start(Settings.backplane(), Settings.history(), node, vertx,
                Redis.createClient(vertx, redis.url()));
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> backplane.status().isReceiving());
    }

    @AfterAll
    static void stop() {
        backplane.close();
        vertx.close();
        redis.close();
    }

    @Override
    protected Backplane backplane() {
        return backplane;
    }

    @Override
    protected Node node() {
        return node;
    }
}
