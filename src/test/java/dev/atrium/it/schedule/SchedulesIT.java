package dev.atrium.it.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.RedisPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Many short random schedules, each from its seed: messages are published, readers are cut and reconnect to other replicas,
 * replicas are killed or sleep past their lease, Redis is restarted, refuses writes or fails over. Each reader's log must equal
 * the room's
 * from its join on, or contain a reported gap.
 */
class SchedulesIT {

    private static final int SCHEDULES = Integer.getInteger("schedules", 80);
    private static final int STEPS = 25;
    private static final Accident[] ACCIDENTS = Accident.values();

    private enum Accident {
        KILL,
        REDIS_RESTART,
        REDIS_REFUSES,
        SLEEP
    }

    private static final Map<String, String> SETTINGS = Map.of("atrium.redis.lease", "3s",
            "atrium.socketio.connection-state-recovery", "true");

    private static ScheduledExecutorService pool;

    @BeforeAll
    static void start() {
        pool = Executors.newScheduledThreadPool(4);
    }

    @AfterAll
    static void stop() {
        pool.shutdownNow();
    }

    @Test
    void in_memory() {
        try (Cluster cluster = Cluster.inMemory(SETTINGS)) {
            for (int seed = 1; seed <= SCHEDULES; seed++) {
                run(cluster, seed, seed % 25 == 0);
            }
        }
    }

    @Test
    void over_redis() {
        try (Cluster cluster = Cluster.overRedis(2, SETTINGS)) {
            for (int seed = 1; seed <= SCHEDULES; seed++) {
                run(cluster, 10_000 + seed, seed % 10 == 0);
            }
        }
    }

    @Test
    void over_a_redis_that_fails_over() {
        try (Cluster cluster = Cluster.overPair(2, SETTINGS)) {
            for (int seed = 1; seed <= SCHEDULES; seed++) {
                run(cluster, 20_000 + seed, seed % 10 == 0);
            }
        }
    }

    /** @param accident whether a replica is killed or sleeps past its lease, or Redis is restarted or refuses writes, in it */
    private static void run(Cluster cluster, int seed, boolean accident) {
        Random random = new Random(seed);
        List<String> rooms = IntStream.range(0, 1 + random.nextInt(3)).mapToObj(i -> "schedule-" + seed + "-" + i).toList();
        try (Audience audience = new Audience(cluster, random, rooms, pool)) {
            int readers = 2 + random.nextInt(4);
            for (int i = 0; i < readers; i++) {
                audience.add();
            }
            audience.awaitBegun();
            int accidentAt = accident ? random.nextInt(STEPS) : -1;
            for (int step = 0; step < STEPS; step++) {
                if (step == accidentAt) {
                    accident(cluster, random, audience);
                }
                step(random, audience);
            }
            audience.verify(accident ? gaps(cluster) : 0);
        } catch (Throwable e) {
            throw new AssertionError("schedule " + seed, e);
        }
    }

    /** Maximum number of gaps that the server reports to each reader after an accident. */
    private static int gaps(Cluster cluster) {
        if (cluster.isInMemory()) {
            // Rooms are lost with their replica.
            return 1;
        }
        // What Redis had not replicated is lost: a reader that joins again right after the failover learns of it, and once more with
        // the first message of the new epoch.
        return cluster.pair() == null ? 0 : 2;
    }

    private static void step(Random random, Audience audience) {
        if (random.nextInt(3) == 0) {
            audience.reader(random.nextInt(audience.size())).cut(random.nextInt(4) == 0);
            return;
        }
        String room = audience.room();
        int messages = 1 + random.nextInt(8);
        for (int i = 0; i < messages; i++) {
            audience.publisher.say(room);
        }
    }

    private static void accident(Cluster cluster, Random random, Audience audience) {
        int number = random.nextInt(cluster.size());
        if (cluster.pair() != null) {
            failOver(cluster.pair(), random, audience);
            return;
        }
        switch (cluster.isInMemory() ? Accident.KILL : ACCIDENTS[random.nextInt(ACCIDENTS.length)]) {
            case REDIS_RESTART -> {
                cluster.redis().stop();
                cluster.redis().resume();
            }
            case REDIS_REFUSES -> {
                cluster.redis().command("CONFIG SET maxmemory 1");
                CompletableFuture<?> said = sayAside(audience);
                Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
                cluster.redis().command("CONFIG SET maxmemory 0");
                said.join();
            }
            case SLEEP -> {
                cluster.replica(number).signal("STOP");
                CompletableFuture<?> said = sayAside(audience);
                // Longer than its lease.
                Awaitility.await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
                cluster.replica(number).signal("CONT");
                said.join();
            }
            case KILL -> kill(cluster, number, random, audience);
        }
    }

    /** Publishes while the accident lasts, which the publication may have to wait for. */
    private static CompletableFuture<?> sayAside(Audience audience) {
        String room = audience.room();
        return CompletableFuture.runAsync(() -> audience.publisher.say(room), pool);
    }

    /** Fails over, in half of the cases to a replica of Redis that lags. */
    private static void failOver(RedisPair redis, Random random, Audience audience) {
        redis.awaitReplicated();
        if (random.nextBoolean()) {
            redis.holdBackReplication();
        }
        for (int i = 0; i < 3; i++) {
            step(random, audience);
        }
        CompletableFuture<?> said = sayAside(audience);
        redis.failOver();
        said.join();
        redis.restore();
    }

    private static void kill(Cluster cluster, int number, Random random, Audience audience) {
        cluster.kill(number);
        if (cluster.size() > 1) {
            step(random, audience);
        }
        cluster.restart(number);
        assertThat(cluster.replica(number).port()).isPositive();
    }
}
