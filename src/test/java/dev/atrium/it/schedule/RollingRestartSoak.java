package dev.atrium.it.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.Cluster;
import dev.atrium.it.Nginx;
import dev.atrium.it.Replica;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * Three replicas behind nginx are restarted one after the other, while two thousand clients over sessions, streams and polls hear two
 * hundred messages a second. Nothing is lost, doubled or out of order, and no replica is met by all of them at once.
 */
class RollingRestartSoak {

    private static final Logger LOG = Logger.getLogger(RollingRestartSoak.class);

    private static final int REPLICAS = 3;
    private static final int CLIENTS = 2_000;
    private static final int ROOMS = 200;
    private static final int MESSAGES_PER_SECOND = 200;
    private static final int SPEAKERS = 8;
    private static final int WINDOW_SECONDS = 10;

    /** Those of one replica that go in a second, all to one of the others; and as many again for what is not even. */
    private static final int MOST_PER_SECOND = 2 * CLIENTS / REPLICAS / WINDOW_SECONDS * 2;

    @Test
    void nobody_notices() {
        long seed = Long.getLong("soak.seed", System.nanoTime());
        LOG.infof("Seed %d", seed);
        Random random = new Random(seed);
        List<String> rooms = IntStream.range(0, ROOMS).mapToObj(i -> "roll-" + i).toList();
        ScheduledExecutorService pool = Executors.newScheduledThreadPool(SPEAKERS + 8);
        try (Cluster cluster = Cluster.overRedis(REPLICAS, Map.of("atrium.redis.lease", "3s", "atrium.drain.delay", "1s",
                "atrium.drain.window", WINDOW_SECONDS + "s", "atrium.drain.grace", "5s", "atrium.warm-up.duration", "6s"));
                Nginx nginx = Nginx.before(cluster.replica(0), cluster.replica(1), cluster.replica(2));
                Audience audience = new Audience(() -> nginx, random, rooms, pool)) {
            for (int i = 0; i < CLIENTS; i++) {
                audience.add();
            }
            audience.awaitBegun();
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger next = new AtomicInteger();
            for (int i = 0; i < SPEAKERS; i++) {
                pool.scheduleAtFixedRate(() -> {
                    if (!over.get()) {
                        audience.speaker.say(rooms.get(next.getAndIncrement() % ROOMS));
                    }
                }, 0, 1_000_000L * SPEAKERS / MESSAGES_PER_SECOND, TimeUnit.MICROSECONDS);
            }
            int most = roll(cluster, audience);
            over.set(true);
            audience.verify(0);
            LOG.infof("%d messages, %d attempts refused or cut, %d deliveries: 0 lost, 0 doubled, 0 out of order; at most %d came to one replica in a second",
                    audience.speaker.said(), audience.speaker.refused(), audience.received(), most);
            assertThat(most).isLessThan(MOST_PER_SECOND);
        } finally {
            pool.shutdownNow();
        }
    }

    /** Returns how many connections one replica took in a second at the most. */
    private static int roll(Cluster cluster, Audience audience) {
        AtomicInteger most = new AtomicInteger();
        for (int number = 0; number < REPLICAS; number++) {
            int leaving = number;
            List<Replica> others = IntStream.range(0, REPLICAS).filter(each -> each != leaving).mapToObj(cluster::replica).toList();
            AtomicBoolean gone = new AtomicBoolean();
            new Thread(() -> watch(others, gone, most)).start();
            LOG.infof("Replica %d is told to end; %d messages so far", number, audience.speaker.said());
            assertThat(cluster.replica(number).terminate()).isZero();
            gone.set(true);
            cluster.restartOnItsPort(number);
            long said = audience.speaker.said();
            // Some seconds with all of them.
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> audience.speaker.said() > said + 5 * MESSAGES_PER_SECOND);
        }
        return most.get();
    }

    private static void watch(List<Replica> replicas, AtomicBoolean over, AtomicInteger most) {
        double[] before = replicas.stream().mapToDouble(RollingRestartSoak::opened).toArray();
        long last = System.nanoTime();
        while (!over.get()) {
            Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
            double seconds = (System.nanoTime() - last) / 1e9;
            last = System.nanoTime();
            for (int i = 0; i < before.length; i++) {
                double now = opened(replicas.get(i));
                most.accumulateAndGet((int) ((now - before[i]) / seconds), Math::max);
                before[i] = now;
            }
        }
    }

    private static double opened(Replica replica) {
        return List.of("session", "sse", "ndjson").stream()
                .mapToDouble(transport -> replica.metric("atrium_connections_opened_total{transport=\"" + transport + "\"}")).sum();
    }
}
