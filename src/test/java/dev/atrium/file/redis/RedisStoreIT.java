package dev.atrium.file.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.file.FileStore;
import dev.atrium.file.FileStoreContract;
import dev.atrium.file.StoreFullException;
import dev.atrium.file.StoredFile;
import dev.atrium.it.fixture.RedisProcess;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** File store in Redis: the contract, expiry of keys, a full Redis, and connections that break. */
class RedisStoreIT extends FileStoreContract {

    private static final Duration TTL = Duration.ofHours(3);

    private static RedisProcess redis;
    private static Vertx vertx;
    private static Redis client;
    private static int alone;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        alone = connected();
        vertx = Vertx.vertx();
        RedisOptions options = new RedisOptions().setConnectionString(redis.adminUrl());
        options.getNetClientOptions().setReadIdleTimeout(1).setIdleTimeoutUnit(TimeUnit.SECONDS);
        client = Redis.createClient(vertx, options);
    }

    @AfterAll
    static void stop() {
        client.close();
        vertx.close();
        redis.close();
    }

    @Override
    protected FileStore open() {
        return new RedisStore(client, vertx, "test", TTL);
    }

    @Override
    protected void age(StoredFile file, Duration by) {
        if (redis.command("HEXISTS test:{files}:touched " + file.id()).equals(":1")) {
            redis.command("HSET test:{files}:touched " + file.id() + " " + (System.currentTimeMillis() - by.toMillis()));
        }
    }

    @Test
    void a_file_that_no_replica_deletes_expires_in_redis() {
        StoredFile file = begun(1000);
        await(store().write(file, 0, ByteBuffer.allocate(1000)));
        for (String key : new String[] { "{files}", "{files}:touched", "{files}:chunks:" + file.id() }) {
            assertThat(Long.parseLong(redis.command("PTTL test:" + key).substring(1)))
                    .isBetween(TTL.toMillis() - 60_000, TTL.toMillis());
        }
    }

    @Test
    void a_deleted_file_leaves_no_key_behind() {
        StoredFile file = begun(1000);
        await(store().write(file, 0, ByteBuffer.allocate(1000)));
        await(store().delete(file));
        assertThat(redis.command("EXISTS test:{files}:chunks:" + file.id())).isEqualTo(":0");
        assertThat(redis.command("HEXISTS test:{files}:touched " + file.id())).isEqualTo(":0");
    }

    @Test
    void a_full_redis_fails_the_write_damages_no_file_and_still_completes_uploads() {
        StoredFile file = begun(2000);
        await(store().write(file, 0, ByteBuffer.allocate(1000)));
        redis.command("CONFIG SET maxmemory 1");
        try {
            assertThatThrownBy(() -> await(store().write(file, 1, ByteBuffer.allocate(1000))))
                    .isInstanceOf(StoreFullException.class);
            StoredFile another = file(id(), 1);
            assertThatThrownBy(() -> await(store().create(another))).isInstanceOf(StoreFullException.class);
            assertThat(await(store().find(another.id()))).isNull();
            assertThat(await(store().present(file)).cardinality()).isEqualTo(1);
            await(store().update(file.as(StoredFile.State.SEALED)));
            assertThat(await(store().find(file.id())).state()).isEqualTo(StoredFile.State.SEALED);
            await(store().update(whole(file)));
            assertThat(await(store().find(file.id())).isComplete()).isTrue();
            await(store().delete(file));
        } finally {
            redis.command("CONFIG SET maxmemory 0");
        }
        assertThat(await(store().find(file.id()))).isNull();
    }

    @Test
    void scripts_that_redis_has_forgotten_are_sent_again() {
        StoredFile file = begun(1000);
        redis.command("SCRIPT FLUSH");
        assertThat(await(store().write(file, 0, ByteBuffer.allocate(1000)))).isTrue();
        assertThat(await(store().read(file, 0))).hasSize(1000);
    }

    @Test
    void a_connection_that_rested_until_it_was_cut_is_made_again() {
        StoredFile file = begun(1000);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> connected() < alone * 3 / 2);
        assertThat(await(store().write(file, 0, ByteBuffer.allocate(1000)))).isTrue();
    }

    @Test
    void a_connection_that_is_cut_at_any_moment_loses_no_chunk() {
        StoredFile file = begun(1000 * 200);
        for (int index = 0; index < 200; index++) {
            if (index % 20 == 0) {
                redis.command("CLIENT KILL TYPE normal SKIPME yes");
            }
            assertThat(await(store().write(file, index, ByteBuffer.allocate(1000)))).isTrue();
        }
        assertThat(await(store().present(file)).cardinality()).isEqualTo(200);
    }

    @Test
    void a_redis_that_is_away_is_out_of_reach_and_is_found_again() {
        try (RedisProcess own = RedisProcess.startDurable();
                RedisStore store = new RedisStore(Redis.createClient(vertx, own.adminUrl()), vertx, "test", TTL)) {
            StoredFile file = file(id(), 1000);
            await(store.create(file));
            own.stop();
            assertThatThrownBy(() -> await(store.find(file.id()))).isNotInstanceOf(StoreFullException.class);
            own.resume();
            assertThat(await(store.find(file.id()))).isEqualTo(file);
        }
    }

    /** Length of Redis's client list in bytes. The list contains the client that requests it. */
    private static int connected() {
        return Integer.parseInt(redis.command("CLIENT LIST").substring(1));
    }
}
