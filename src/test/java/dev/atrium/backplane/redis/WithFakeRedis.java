package dev.atrium.backplane.redis;

import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Parts of a replica over a connection to a {@link FakeRedis}, for their unit tests. */
abstract class WithFakeRedis {

    final Vertx vertx = Vertx.vertx();
    final RedisLoop loop = new RedisLoop(vertx);
    final FakeRedis redis = new FakeRedis();
    final ReconnectingConnection commands = redis.connection(loop);

    @BeforeEach
    void connect() {
        commands.start();
        await().until(commands::isUp);
    }

    @AfterEach
    void close() {
        commands.close();
        vertx.close();
    }
}
