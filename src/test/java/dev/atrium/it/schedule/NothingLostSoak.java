package dev.atrium.it.schedule;

import dev.atrium.it.fixture.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * Two hundred messages a second in twenty rooms to two hundred readers of all kinds, ten of which are cut each second;
 * meanwhile one {@link Accident} follows another. At the quiet point after each no message is lost without a reported gap,
 * duplicated or out of order, and each room lists exactly the connected sessions.
 */
class NothingLostSoak {

    private static final Logger LOG = Logger.getLogger(NothingLostSoak.class);

    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("soak.seconds", 300));
    private static final int ROOMS = 20;
    private static final int READERS = 200;
    private static final int PUBLISHERS = 4;
    private static final int PUBLICATION_MILLIS = 20;
    private static final int CUT_MILLIS = 100;
    private static final Duration LOAD = Duration.ofSeconds(2);
    private static final Map<String, String> SETTINGS = Map.of("atrium.redis.lease", "3s",
            // Nothing but the heartbeat tells that a client polls no more.
            "atrium.heartbeat.interval", "5s", "atrium.heartbeat.timeout", "4s", "atrium.history.size", "10000",
            "atrium.socketio.connection-state-recovery", "true");

    @Test
    void over_one_redis() {
        try (Cluster cluster = Cluster.overRedis(3, SETTINGS)) {
            run(cluster);
        }
    }

    @Test
    void over_a_redis_that_fails_over() {
        try (Cluster cluster = Cluster.overPair(3, SETTINGS)) {
            run(cluster);
        }
    }

    private static void run(Cluster cluster) {
        long seed = Long.getLong("soak.seed", System.nanoTime());
        Random random = new Random(seed);
        LOG.infof("Seed %d", seed);
        List<String> rooms = IntStream.range(0, ROOMS).mapToObj(i -> "soak-" + i).toList();
        ScheduledExecutorService pool = Executors.newScheduledThreadPool(12);
        try (Audience audience = new Audience(cluster, random, rooms, pool)) {
            for (int i = 0; i < READERS; i++) {
                audience.add();
            }
            audience.awaitBegun();
            long received = 0;
            int number = 0;
            Accident[] accidents = Accident.of(cluster);
            for (Instant end = Instant.now().plus(LENGTH); Instant.now().isBefore(end); number++) {
                Accident accident = accidents[number % accidents.length];
                LOG.infof("%s after %d messages", accident, audience.publisher.said());
                underLoad(audience, pool, () -> accident.happen(cluster, random, audience));
                audience.verify(accident.gaps(cluster));
                audience.verifyMembers();
                received += audience.received();
                audience.forget();
            }
            LOG.infof(
                    "%d accidents, %d messages, %d attempts refused or cut, %d deliveries: none lost, doubled or out of order",
                    number, audience.publisher.said(), audience.publisher.refused(), received);
        } finally {
            pool.shutdownNow();
        }
    }

    /** Publishes, and cuts readers, for a while before, during and after an accident. */
    private static void underLoad(Audience audience, ScheduledExecutorService pool, Runnable accident) {
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Void>> load = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            load.add(repeat(pool, () -> audience.publisher.say(audience.room()), PUBLICATION_MILLIS, over));
        }
        load.add(repeat(pool, audience::cut, CUT_MILLIS, over));
        try {
            Accident.pass(LOAD);
            accident.run();
            Accident.pass(LOAD);
        } finally {
            over.set(true);
        }
        load.forEach(CompletableFuture::join);
    }

    /** Repeats a task, which may take longer than its period, until it is over. */
    private static CompletableFuture<Void> repeat(ScheduledExecutorService pool, Runnable task, int periodMillis,
            AtomicBoolean over) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        ScheduledFuture<?> repeated = pool.scheduleAtFixedRate(() -> {
            if (over.get()) {
                done.complete(null);
                return;
            }
            try {
                task.run();
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        }, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
        return done.whenComplete((nothing, failure) -> repeated.cancel(false));
    }
}
