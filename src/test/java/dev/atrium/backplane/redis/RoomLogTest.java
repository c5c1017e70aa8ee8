package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.backplane.Settings;
import dev.atrium.room.Data;
import dev.atrium.room.Node;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What publications to a single session require of Redis. */
class RoomLogTest extends WithFakeRedis {

    private final RoomId session = new RoomId("/", Node.create().newSessionId());
    private final Lease lease = new Lease(Duration.ofSeconds(10), () -> 0);
    private final RoomLog log = new RoomLog(commands, commands, FakeRedis.context(loop, lease), Settings.backplane(),
            Settings.history(), new RedisHealth());

    @BeforeEach
    void renewLease() {
        lease.renewed(0);
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
