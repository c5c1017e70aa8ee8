package dev.atrium.it.schedule;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.RedisPair;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/** Fault of a replica or of Redis, during which messages are published. It is over when {@link #happen} returns. */
enum Accident {

    /** A replica is killed, and a new one starts in its place. */
    KILL {
        @Override
        void happen(Cluster cluster, Random random, Audience audience) {
            int number = random.nextInt(cluster.size());
            cluster.kill(number);
            if (cluster.size() > 1) {
                audience.step();
            }
            cluster.restart(number);
        }
    },

    /** A replica sleeps past its lease. */
    SLEEP {
        @Override
        void happen(Cluster cluster, Random random, Audience audience) {
            int number = random.nextInt(cluster.size());
            cluster.replica(number).signal("STOP");
            CompletableFuture<?> said = audience.sayAside();
            pass(Duration.ofSeconds(5));
            cluster.replica(number).signal("CONT");
            said.join();
        }
    },

    /** Redis is stopped and started again with its data. */
    REDIS_RESTART {
        @Override
        void happen(Cluster cluster, Random random, Audience audience) {
            cluster.redis().stop();
            cluster.redis().resume();
        }
    },

    /** Redis refuses writes, because its memory is full. */
    REDIS_REFUSES {
        @Override
        void happen(Cluster cluster, Random random, Audience audience) {
            String limit = "CONFIG SET maxmemory ";
            cluster.command(limit + 1);
            CompletableFuture<?> said = audience.sayAside();
            pass(Duration.ofSeconds(1));
            cluster.command(limit + 0);
            said.join();
        }
    },

    /** Redis executes commands whose answers are lost with the connections. */
    REDIS_ANSWERS_CUT {
        @Override
        void happen(Cluster cluster, Random random, Audience audience) {
            cluster.pair().swallowAnswers();
            CompletableFuture<?> said = audience.sayAside();
            audience.cut();
            pass(Duration.ofMillis(200));
            cluster.pair().cutAnswers();
            said.join();
        }
    },

    /** Redis fails over, in half of the cases to a replica that lags. */
    REDIS_FAILOVER {
        @Override
        void happen(Cluster cluster, Random random, Audience audience) {
            RedisPair redis = cluster.pair();
            redis.awaitReplicated();
            if (random.nextBoolean()) {
                redis.holdBackReplication();
            }
            for (int i = 0; i < 3; i++) {
                audience.step();
            }
            CompletableFuture<?> said = audience.sayAside();
            redis.failOver();
            said.join();
            redis.restore();
        }
    };

    private static final Accident[] IN_MEMORY = { KILL };
    private static final Accident[] OVER_ONE = { KILL, SLEEP, REDIS_RESTART, REDIS_REFUSES };
    private static final Accident[] OVER_PAIR = { REDIS_FAILOVER, REDIS_ANSWERS_CUT, REDIS_FAILOVER, KILL, SLEEP,
            REDIS_REFUSES };

    /** Makes the fault happen. */
    abstract void happen(Cluster cluster, Random random, Audience audience);

    /** Returns those that can happen to a cluster. */
    static Accident[] of(Cluster cluster) {
        if (cluster.isInMemory()) {
            return IN_MEMORY;
        }
        return cluster.pair() == null ? OVER_ONE : OVER_PAIR;
    }

    /** Returns the maximum number of gaps that the server reports to each reader of a room after it. */
    int gaps(Cluster cluster) {
        if (cluster.isInMemory()) {
            // Rooms are lost with their replica.
            return 1;
        }
        // What Redis had not replicated is lost: a reader that joins again right after the failover learns of it, and once more with
        // the first message of the new epoch.
        return this == REDIS_FAILOVER ? 2 : 0;
    }

    /** Lets time pass. */
    static void pass(Duration time) {
        Awaitility.await().pollDelay(time).atMost(time.plusSeconds(5)).until(() -> true);
    }
}
