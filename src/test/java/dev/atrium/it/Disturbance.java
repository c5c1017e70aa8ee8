package dev.atrium.it;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** Somebody who takes up a server, on one thread and so one processor at the most, now and then rests, and ends with {@link #close}. */
abstract class Disturbance implements AutoCloseable, Runnable {

    private static final long LOOK_AGAIN_NANOS = 1_000_000;

    private final Thread thread = new Thread(this, getClass().getSimpleName());
    private volatile boolean on;

    /** Rests at first. */
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

    /** Whether it is to go on. */
    final boolean isOn() {
        return on && !thread.isInterrupted();
    }

    /** Goes on while {@link #isOn}, or for a while: then it is called again. */
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
