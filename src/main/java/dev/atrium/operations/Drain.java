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
 * Closes sessions at an even rate: for {@code n} clients and a window {@code w}, {@code n/w} per second, in steps of
 * {@value #STEP_MILLIS} ms, the first at once. Any thread.
 */
@Singleton
final class Drain {

    private static final Logger LOG = Logger.getLogger(Drain.class);

    private static final long STEP_MILLIS = 100;
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Duration MAX_DURATION = Duration.ofHours(1);

    private final Sessions sessions;
    private final Duration window;
    private final AtomicInteger remaining = new AtomicInteger();
    private final LongAdder closed = new LongAdder();
    private final LongAdder forced = new LongAdder();
    private final AtomicBoolean rebalancing = new AtomicBoolean();
    private final CountDownLatch expedited = new CountDownLatch(1);

    /** @throws ConfigurationException naming the invalid setting */
    Drain(Sessions sessions, DrainConfig config) {
        this.sessions = sessions;
        this.window = config.window();
        Require.between("atrium.drain.delay", config.delay(), Duration.ZERO, MAX_DURATION);
        Require.between("atrium.drain.window", window, Duration.ZERO, MAX_DURATION);
        Require.between("atrium.drain.grace", config.grace(), Duration.ZERO, MAX_DURATION);
    }

    /** Number of clients that are still to be closed. */
    int remaining() {
        return remaining.get();
    }

    long closed() {
        return closed.sum();
    }

    /** Number of connections that were still open at the end of the grace period. */
    long forced() {
        return forced.sum();
    }

    /** Adds connections that were still open at the end of the grace period. */
    void countForced(int connections) {
        forced.add(connections);
    }

    /** Ends the delay and the window: all remaining clients are closed at once. */
    void expedite() {
        expedited.countDown();
    }

    /** Waits for that time, or until {@link #expedite}. Returns whether the wait was cut short. */
    boolean await(Duration time) {
        try {
            return expedited.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Runs all closes, spread over that time. Returns when the last one has run. */
    void closePaced(List<Runnable> closeTasks, Duration over) {
        // In random order: members of one room often connected one after the other, and would all be gone at once.
        List<Runnable> order = new ArrayList<>(closeTasks);
        Collections.shuffle(order);
        remaining.addAndGet(order.size());
        long start = System.nanoTime();
        long reported = start;
        int next = 0;
        while (next < order.size()) {
            long now = System.nanoTime();
            int due = due(order.size(), now - start, over.toNanos());
            for (; next < due; next++) {
                close(order.get(next));
            }
            if (now - reported >= REPORT_NANOS) {
                reported = now;
                LOG.infof("Draining: %d of %d clients are closed, %d remain", next, order.size(), order.size() - next);
            }
            if (next < order.size()) {
                await(Duration.ofMillis(STEP_MILLIS));
            }
        }
    }

    /** Number of clients to be closed by now: rounded up, so that a single client does not wait for the end of the window. */
    private int due(int all, long nanos, long windowNanos) {
        if (expedited.getCount() == 0 || nanos >= windowNanos) {
            return all;
        }
        double share = (nanos + TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS)) / (double) windowNanos;
        return (int) Math.min(all, Math.ceil(all * share));
    }

    private void close(Runnable closeTask) {
        closeTask.run();
        remaining.decrementAndGet();
        closed.increment();
    }

    /** Closes a session that began after the list of sessions was taken. */
    void closeLate(Session session) {
        session.closeSoon(CloseReason.GOING_AWAY);
        closed.increment();
    }

    /**
     * Begins to close sessions, chosen at random, over the configured window; their clients reconnect to any replica.
     *
     * @return number of sessions; fewer than requested if there are no more
     * @throws ErrorReply 409 if a drain is in progress
     */
    int rebalance(int max) {
        if (expedited.getCount() == 0 || !rebalancing.compareAndSet(false, true)) {
            throw new ErrorReply(409, "sessions: a drain is in progress; " + remaining() + " clients are still to be closed");
        }
        List<Session> all = new ArrayList<>(sessions.all());
        Collections.shuffle(all);
        List<Runnable> chosen = all.stream().limit(max)
                .<Runnable> map(session -> () -> session.closeSoon(CloseReason.REBALANCED)).toList();
        Thread thread = new Thread(() -> {
            try {
                closePaced(chosen, window);
                LOG.infof("The requested drain is complete: %d sessions were closed", chosen.size());
            } finally {
                rebalancing.set(false);
            }
        }, "atrium-drain");
        thread.setDaemon(true);
        thread.start();
        return chosen.size();
    }
}
