package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.backplane.Settings;
import dev.atrium.room.Data;
import dev.atrium.room.Node;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What publications to a single session require of Redis. */
class RoomLogTest {

    private final RoomId session = new RoomId("/", Node.create().newSessionId());
    private final Vertx vertx = Vertx.vertx();
    private final RedisLoop loop = new RedisLoop(vertx);
    private final FakeRedis redis = new FakeRedis();
    private final ReconnectingConnection connection = redis.connection(loop);
    private final Lease lease = new Lease(Duration.ofSeconds(10), () -> 0);
    private final RoomLog log = new RoomLog(connection, connection, FakeRedis.context(loop, lease), Settings.backplane(),
            Settings.history(), new RedisHealth());

    @BeforeEach
    void connect() {
        connection.start();
        await().until(connection::isUp);
        lease.renewed(0);
    }

    @AfterEach
    void close() {
        connection.close();
        vertx.close();
    }

    @Test
    void the_session_has_to_exist() {
        publishToExisting();
        assertThat(redis.last().sent).allMatch(command -> command.endsWith(" at:"));
    }

    @Test
    void while_redis_may_have_lost_the_leases_of_replicas_no_session_has_to_exist() {
        lease.notRenewed();
        publishToExisting();
        assertThat(redis.last().sent).noneMatch(command -> command.endsWith(" at:"));
    }

    private void publishToExisting() {
        Publication publication = new Publication(session, "message", new Data.Text("x"), null, true).toExistingSession();
        log.append(publication);
        log.publishVolatile(publication);
        await().until(() -> redis.last().sent.size() == 2);
    }
}
