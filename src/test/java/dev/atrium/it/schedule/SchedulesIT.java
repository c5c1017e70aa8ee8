package dev.atrium.it.schedule;

import dev.atrium.it.fixture.Cluster;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Many short random schedules, each from its seed: messages are published, readers are cut and reconnect to other replicas, and
 * in some of them an {@link Accident} happens. Each reader's log must equal the room's from its join on, or contain a reported
 * gap; after an accident each room lists exactly the connected sessions.
 */
class SchedulesIT {

    private static final int SCHEDULES = Integer.getInteger("schedules", 12);
    private static final int STEPS = 25;
    private static final Map<String, String> SETTINGS = Map.of("atrium.redis.lease", "3s",
            // Nothing but the heartbeat tells that a client polls no more.
            "atrium.heartbeat.interval", "5s", "atrium.heartbeat.timeout", "4s",
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
                run(cluster, seed, seed % 6 == 0);
            }
        }
    }

    @Test
    void over_redis() {
        try (Cluster cluster = Cluster.overRedis(2, SETTINGS)) {
            for (int seed = 1; seed <= SCHEDULES; seed++) {
                run(cluster, 10_000 + seed, seed % 4 == 0);
            }
        }
    }

    @Test
    void over_a_redis_that_fails_over() {
        try (Cluster cluster = Cluster.overPair(2, SETTINGS)) {
            for (int seed = 1; seed <= SCHEDULES; seed++) {
                run(cluster, 20_000 + seed, seed % 4 == 0);
            }
        }
    }

    /** @param accident whether a fault happens in it */
    private static void run(Cluster cluster, int seed, boolean accident) {
        Random random = new Random(seed);
        List<String> rooms = IntStream.range(0, 1 + random.nextInt(3)).mapToObj(i -> "schedule-" + seed + "-" + i).toList();
        String what = "schedule " + seed;
        try (Audience audience = new Audience(cluster, random, rooms, pool)) {
            int readers = 2 + random.nextInt(4);
            for (int i = 0; i < readers; i++) {
                audience.add();
            }
            audience.awaitBegun();
            int accidentAt = accident ? random.nextInt(STEPS) : -1;
            int gaps = 0;
            for (int step = 0; step < STEPS; step++) {
                if (step == accidentAt) {
                    Accident[] accidents = Accident.of(cluster);
                    Accident happening = accidents[random.nextInt(accidents.length)];
                    what += ", " + happening;
                    gaps = happening.gaps(cluster);
                    happening.happen(cluster, random, audience);
                }
                audience.step();
            }
            audience.verify(gaps);
            if (accident) {
                audience.verifyMembers();
            }
        } catch (Throwable e) {
            throw new AssertionError(what, e);
        }
    }
}
