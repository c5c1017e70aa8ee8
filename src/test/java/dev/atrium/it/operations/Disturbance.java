package dev.atrium.it.operations;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * Generator of hostile load on a server. It runs on one thread, so that it uses one processor at most; it can be paused, and
 * stops with {@link #close}.
 */
abstract class Disturbance implements AutoCloseable, Runnable {

    private static final long LOOK_AGAIN_NANOS = 1_000_000;

    private final Thread thread = new Thread(this, getClass().getSimpleName());
    private volatile boolean on;

    /** Starts the thread, paused. */
    final void start() {
        thread.setDaemon(true);
        thread.start();
    }

    final void begin() {
        on = true;
    }

    final void rest() {
        on = false;
    }

    /** Returns whether the load is not paused. */
    final boolean isOn() {
        return on && !thread.isInterrupted();
    }

    /** Puts load on the server while {@link #isOn}. If it returns earlier, it is called again. */
    abstract void rage() throws IOException;

    @Override
    public final void run() {
        while (!thread.isInterrupted()) {
            if (on) {
                try {
                    rage();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            } else {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        }
    }

    @Override
    public final void close() {
        thread.interrupt();
    }
}
