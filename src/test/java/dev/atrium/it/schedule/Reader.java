package dev.atrium.it.schedule;

import dev.atrium.it.Door;
import java.net.http.HttpClient;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A client that follows some rooms and comes back, to any replica, whenever its connection is gone. */
abstract class Reader implements AutoCloseable {

    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final int LONGEST_PAUSE_MILLIS = 60;

    final Map<String, ReaderLog> logs = new LinkedHashMap<>();
    private final ReaderContext surroundings;
    private final Random random;
    private Connection connection;
    private boolean stopped;

    /** One connection; what comes after it was given up does not count. */
    interface Connection {

        /** Connects, and tells {@link #lost} when that is over. */
        void begin();

        void abort();
    }

    Reader(String name, Collection<String> rooms, ReaderContext surroundings, Random random) {
        rooms.forEach(room -> logs.put(room,
                new ReaderLog(getClass().getSimpleName() + " " + name + " in " + room, surroundings.punctuality()::heard)));
        this.surroundings = surroundings;
        this.random = random;
    }

    /** What all of them have in common: who lets them in, whose threads they run on, and who looks at the clock. */
    record ReaderContext(Supplier<Door> anywhere, ScheduledExecutorService pool, Punctuality punctuality) {
    }

    abstract Connection connection(Door door, boolean dice);

    /** Begins to follow. */
    final void start() {
        surroundings.pool.execute(this::again);
    }

    /** Its connection is cut, or goes silent: then the server still takes it for alive. */
    final void cut(boolean silently) {
        Connection cut;
        synchronized (this) {
            cut = connection;
            connection = null;
        }
        if (cut != null) {
            if (!silently) {
                cut.abort();
            }
            later();
        }
    }

    /** That connection is over. */
    final void lost(Connection over) {
        synchronized (this) {
            if (connection != over) {
                return;
            }
            connection = null;
        }
        over.abort();
        later();
    }

    /** Runs if that connection is still the one. */
    final synchronized void on(Connection of, Runnable event) {
        if (of == connection && !stopped) {
            event.run();
        }
    }

    private void later() {
        if (!surroundings.pool.isShutdown()) {
            surroundings.pool.schedule(this::again, random.nextInt(LONGEST_PAUSE_MILLIS), TimeUnit.MILLISECONDS);
        }
    }

    private void again() {
        synchronized (this) {
            if (stopped || connection != null) {
                return;
            }
            try {
                // Before it begins: the JDK's client may call with what came first from within.
                connection = connection(surroundings.anywhere.get(), random.nextBoolean());
                connection.begin();
                return;
            } catch (RuntimeException e) {
                // That replica is down: another one, after a pause.
                connection = null;
            }
        }
        later();
    }

    @Override
    public final void close() {
        Connection last;
        synchronized (this) {
            stopped = true;
            last = connection;
            connection = null;
        }
        if (last != null) {
            last.abort();
        }
    }
}
