package dev.atrium.it.schedule;

import dev.atrium.it.fixture.Door;
import java.net.http.HttpClient;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Client that follows some rooms, and reconnects to any replica whenever its connection is lost. */
abstract class Reader implements AutoCloseable {

    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final int LONGEST_PAUSE_MILLIS = 60;
    private static final int SILENCE_MILLIS = 2_000;

    final Map<String, ReaderLog> logs = new LinkedHashMap<>();
    private final ReaderContext context;
    private final Random random;
    private Connection connection;
    private boolean stopped;

    /** Connection of a reader. Events after it was given up are ignored. */
    interface Connection {

        /** Connects, and calls {@link #lost} when the connection has ended. */
        void begin();

        void abort();
    }

    Reader(String name, Collection<String> rooms, ReaderContext context, Random random) {
        rooms.forEach(room -> logs.put(room,
                new ReaderLog(getClass().getSimpleName() + " " + name + " in " + room, context.punctuality()::received)));
        this.context = context;
        this.random = random;
    }

    /** Context of all readers: the address to connect to, the thread pool, and the measurement of latency. */
    record ReaderContext(Supplier<Door> anywhere, ScheduledExecutorService pool, Punctuality punctuality) {
    }

    abstract Connection connection(Door door, boolean dice);

    /** Id under which it is a member of its rooms; null if it is not listed, as one that polls. */
    String session() {
        return null;
    }

    /** State for the message of a failed test. */
    @Override
    public synchronized String toString() {
        return logs.values() + " over " + connection;
    }

    /** Connects for the first time. */
    final void start() {
        context.pool.execute(this::again);
    }

    /** Gives up the connection: aborts it, or leaves it open for a while, so that the server still considers it alive. */
    final void cut(boolean silently) {
        Connection cut;
        synchronized (this) {
            cut = connection;
            connection = null;
        }
        if (cut != null) {
            if (silently && !context.pool.isShutdown()) {
                context.pool.schedule(cut::abort, SILENCE_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                cut.abort();
            }
            later();
        }
    }

    /** Called when a connection has ended. */
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

    /** Runs an event handler, if the connection is still the current one. */
    final synchronized void on(Connection of, Runnable event) {
        if (of == connection && !stopped) {
            event.run();
        }
    }

    private void later() {
        if (!context.pool.isShutdown()) {
            context.pool.schedule(this::again, random.nextInt(LONGEST_PAUSE_MILLIS), TimeUnit.MILLISECONDS);
        }
    }

    private void again() {
        synchronized (this) {
            if (stopped || connection != null) {
                return;
            }
            try {
                // Assigned before begin(): the JDK's client may call back with the first messages from within.
                connection = connection(context.anywhere.get(), random.nextBoolean());
                connection.begin();
                return;
            } catch (RuntimeException e) {
                // The replica is down: retries with another one after a pause.
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
