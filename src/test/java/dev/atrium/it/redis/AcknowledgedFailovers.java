package dev.atrium.it.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RedisPair;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** Failovers of Redis under load, one after the other, with acknowledgements that wait for the replica of Redis. */
final class AcknowledgedFailovers {

    private static final Logger LOG = Logger.getLogger(AcknowledgedFailovers.class);

    private static final int PUBLISHERS = 4;
    /** Messages between two failovers. */
    private static final int MESSAGES = 40;

    private AcknowledgedFailovers() {
    }

    /**
     * Fails if a message that was acknowledged did not reach the member exactly once, or if the order of a publisher is lost.
     */
    static void run(int failovers) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(PUBLISHERS);
        AtomicBoolean over = new AtomicBoolean();
        try (RedisPair redis = new RedisPair()) {
            Map<String, String> settings = Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url(),
                    "atrium.redis.acknowledge-replicas", "1");
            try (Replica left = Replica.start(settings);
                    Replica right = Replica.start(settings);
                    SessionClient member = left.session()) {
                member.join("lobby");
                AtomicInteger count = new AtomicInteger();
                Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
                List<Future<?>> publishers = new ArrayList<>();
                for (int i = 0; i < PUBLISHERS; i++) {
                    String name = "p" + i;
                    Replica replica = i % 2 == 0 ? left : right;
                    publishers.add(pool.submit(() -> publish(replica, name, over, count, acknowledged)));
                }
                for (int i = 0; i < failovers; i++) {
                    awaitMore(count);
                    redis.failOver();
                    redis.restore();
                }
                awaitMore(count);
                over.set(true);
                for (Future<?> publisher : publishers) {
                    publisher.get(30, TimeUnit.SECONDS);
                }
                verify(member, List.copyOf(acknowledged));
                LOG.infof("%d failovers, %d messages acknowledged: 0 lost, %d gaps for messages that were not acknowledged",
                        failovers, acknowledged.size(), member.pushes("@gap").size());
            }
        } finally {
            over.set(true);
            pool.shutdownNow();
        }
    }

    private static void publish(Replica replica, String name, AtomicBoolean over, AtomicInteger count,
            Queue<String> acknowledged) {
        for (int i = 0; !over.get(); i++) {
            String message = name + "-" + i;
            HttpResponse<String> reply = replica.post("/rooms/lobby", message);
            if (reply.statusCode() == 201) {
                acknowledged.add(message);
                count.incrementAndGet();
            } else {
                assertThat(reply.statusCode()).isEqualTo(503);
            }
        }
    }

    private static void awaitMore(AtomicInteger count) {
        int before = count.get();
        SocketClient.await().until(() -> count.get() > before + MESSAGES);
    }

    private static void verify(SessionClient member, List<String> acknowledged) {
        SocketClient.await().until(() -> received(member).containsAll(acknowledged));
        List<String> received = received(member);
        assertThat(received).doesNotHaveDuplicates();
        Map<String, Integer> last = new HashMap<>();
        for (String message : received) {
            String[] parts = message.split("-");
            int number = Integer.parseInt(parts[1]);
            assertThat(number).as("order of " + parts[0]).isGreaterThan(last.getOrDefault(parts[0], -1));
            last.put(parts[0], number);
        }
    }

    private static List<String> received(SessionClient member) {
        List<String> received = new ArrayList<>();
        member.pushes("message").forEach(message -> received.add(message.path("data").asText()));
        return received;
    }
}
