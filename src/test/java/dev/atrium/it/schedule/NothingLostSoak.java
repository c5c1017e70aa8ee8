package dev.atrium.it.schedule;

import dev.atrium.it.fixture.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * A hundred thousand messages in twenty rooms to two hundred readers, each of which is cut twenty times; replicas are killed
 * and
 * sleep past their lease, and Redis is restarted and refuses writes. No message is lost, duplicated or out of order.
 */
class NothingLostSoak {

    private static final Logger LOG = Logger.getLogger(NothingLostSoak.class);

    private static final int MESSAGES = 100_000;
    private static final int ROOMS = 20;
    private static final int READERS = 200;
    private static final int CUTS = 20;
    private static final int PUBLISHERS = 4;
    private static final int ACCIDENTS = 9;
    private static final Map<String, String> SETTINGS = Map.of("atrium.redis.lease", "3s",
            "atrium.socketio.connection-state-recovery", "true");
    private static final Duration LIMIT = Duration.ofMinutes(15);

    @Test
    void nothing_is_lost() {
        long seed = Long.getLong("soak.seed", System.nanoTime());
        Random random = new Random(seed);
        LOG.infof("Seed %d", seed);
        List<String> rooms = IntStream.range(0, ROOMS).mapToObj(i -> "soak-" + i).toList();
        ScheduledExecutorService pool = Executors.newScheduledThreadPool(8);
        try (Cluster cluster = Cluster.overRedis(3, SETTINGS);
                Audience audience = new Audience(cluster, random, rooms, pool)) {
            for (int i = 0; i < READERS; i++) {
                audience.add();
            }
            audience.awaitBegun();
            List<CompletableFuture<Void>> publishers = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                int first = i;
                publishers.add(CompletableFuture.runAsync(() -> {
                    for (int n = first; n < MESSAGES; n += PUBLISHERS) {
                        audience.publisher.say(rooms.get(n / PUBLISHERS % ROOMS));
                    }
                }, pool));
            }
            disturb(cluster, audience, random);
            publishers.forEach(CompletableFuture::join);
            audience.verify(0);
            LOG.infof("%d messages, %d attempts refused or cut, %d deliveries, none lost, doubled or out of order",
                    audience.publisher.said(), audience.publisher.refused(), audience.received());
        } finally {
            pool.shutdownNow();
        }
    }

    private static void accident(Cluster cluster, int number) {
        int replica = number % cluster.size();
        switch (number % 4) {
            case 0 -> {
                LOG.info("A replica is killed");
                cluster.kill(replica);
                cluster.restart(replica);
            }
            case 1 -> {
                LOG.info("A replica sleeps past its lease");
                cluster.replica(replica).signal("STOP");
                Awaitility.await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
                cluster.replica(replica).signal("CONT");
            }
            case 2 -> {
                LOG.info("Redis refuses writes");
                cluster.redis().command("CONFIG SET maxmemory 1");
                Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
                cluster.redis().command("CONFIG SET maxmemory 0");
            }
            default -> {
                LOG.info("Redis is restarted");
                cluster.redis().stop();
                cluster.redis().resume();
            }
        }
    }

    private static void disturb(Cluster cluster, Audience audience, Random random) {
        List<Integer> cuts = new ArrayList<>();
        for (int reader = 0; reader < READERS; reader++) {
            cuts.addAll(Collections.nCopies(CUTS, reader));
        }
        Collections.shuffle(cuts, random);
        for (int i = 0; i < cuts.size(); i++) {
            long said = (long) MESSAGES * i / cuts.size();
            Awaitility.await().atMost(LIMIT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                    .until(() -> audience.publisher.said() >= said);
            audience.reader(cuts.get(i)).cut(random.nextInt(4) == 0);
            if (i > 0 && i % (cuts.size() / ACCIDENTS) == 0) {
                accident(cluster, i / (cuts.size() / ACCIDENTS));
            }
        }
    }
}
