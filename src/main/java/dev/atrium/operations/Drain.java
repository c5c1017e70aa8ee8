package dev.atrium.operations;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Sends clients elsewhere at an even rate: of {@code n} clients and a window {@code w}, {@code n/w} a second, in steps of
 * {@value #STEP_MILLIS} ms, the first at once. Any thread.
 */
@Singleton
final class Drain {

    private static final Logger LOG = Logger.getLogger(Drain.class);

    private static final long STEP_MILLIS = 100;
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Sessions sessions;
    private final Duration window;
    private final AtomicInteger left = new AtomicInteger();
    private final LongAdder told = new LongAdder();
    private final LongAdder forced = new LongAdder();
    private final AtomicBoolean rebalancing = new AtomicBoolean();
    private final CountDownLatch hurried = new CountDownLatch(1);

    /** @throws ConfigurationException naming the setting that makes no sense */
    Drain(Sessions sessions, DrainConfig config) {
        this.sessions = sessions;
        this.window = config.window();
        Require.between("atrium.drain.delay", config.delay(), Duration.ZERO, LONGEST);
        Require.between("atrium.drain.window", window, Duration.ZERO, LONGEST);
        Require.between("atrium.drain.grace", config.grace(), Duration.ZERO, LONGEST);
    }

    /** Clients that are still to be told. */
    int left() {
        return left.get();
    }

    /** Clients that were told. */
    long told() {
        return told.sum();
    }

    /** Connections that were still there when the time was up. */
    long forced() {
        return forced.sum();
    }

    /** So many were still there. */
    void force(int connections) {
        forced.add(connections);
    }

    /** Whoever is being told, or will be, is told at once. */
    void hurry() {
        hurried.countDown();
    }

    /** Waits for so long, unless hurried; says whether it was. */
    boolean pause(Duration time) {
        try {
            return hurried.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Tells all of them over that time. Returns when all are told. */
    void tell(List<Runnable> farewells, Duration over) {
        // At random, or those of one room, who came together, would all be gone at once.
        List<Runnable> order = new ArrayList<>(farewells);
        Collections.shuffle(order);
        left.addAndGet(order.size());
        long start = System.nanoTime();
        long reported = start;
        int next = 0;
        while (next < order.size()) {
            long now = System.nanoTime();
            int due = due(order.size(), now - start, over.toNanos());
            for (; next < due; next++) {
                tell(order.get(next));
            }
            if (now - reported >= REPORT_NANOS) {
                reported = now;
                LOG.infof("Draining: %d of %d clients were told to go, %d are left", next, order.size(), order.size() - next);
            }
            if (next < order.size()) {
                pause(Duration.ofMillis(STEP_MILLIS));
            }
        }
    }

    /** How many are to be told by now: rounded up, so that a single client does not wait for the end of the window. */
    private int due(int all, long nanos, long windowNanos) {
        if (hurried.getCount() == 0 || nanos >= windowNanos) {
            return all;
        }
        double share = (nanos + TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS)) / (double) windowNanos;
        return (int) Math.min(all, Math.ceil(all * share));
    }

    private void tell(Runnable farewell) {
        farewell.run();
        left.decrementAndGet();
        told.increment();
    }

    /** A client that nobody had seen when the others were told. */
    void tellLate(Session session) {
        session.closeSoon(CloseReason.GOING_AWAY);
        told.increment();
    }

    /**
     * Begins to send some sessions, chosen at random, to whatever replica takes them, over the usual window.
     *
     * @return how many; fewer than asked for if there are no more
     * @throws ErrorReply 409 if that is being done already
     */
    int rebalance(int most) {
        if (hurried.getCount() == 0 || !rebalancing.compareAndSet(false, true)) {
            throw new ErrorReply(409, "sessions: a drain is under way already; " + left() + " are still to be told");
        }
        List<Session> all = new ArrayList<>(sessions.all());
        Collections.shuffle(all);
        List<Runnable> chosen = all.stream().limit(most).<Runnable>map(session -> () -> session.closeSoon(CloseReason.REBALANCED)).toList();
        Thread thread = new Thread(() -> {
            try {
                tell(chosen, window);
                LOG.infof("Told %d sessions to go elsewhere", chosen.size());
            } finally {
                rebalancing.set(false);
            }
        }, "atrium-drain");
        thread.setDaemon(true);
        thread.start();
        return chosen.size();
    }
}
