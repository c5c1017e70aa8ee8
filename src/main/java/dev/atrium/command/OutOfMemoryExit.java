package dev.atrium.command;

import java.util.function.IntConsumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Log handler that ends the process after an {@link OutOfMemoryError}, as {@code -XX:+ExitOnOutOfMemoryError} does, which a
 * plain {@code java -jar} lacks: a server whose acceptor or event loop has died would listen and serve no client. Netty and
 * Vert.x catch the error and log it; elsewhere it ends its thread. Any thread.
 */
final class OutOfMemoryExit extends Handler implements Thread.UncaughtExceptionHandler {

    /** Exit code of the JVM for the same. */
    private static final int EXIT_CODE = 3;

    /** Deep chains of causes are no errors of ours. */
    private static final int MAX_DEPTH = 20;

    private final IntConsumer halt;

    /** @param halt ends the process with that exit code, without running anything else */
    OutOfMemoryExit(IntConsumer halt) {
        this.halt = halt;
    }

    /** Watches the log, and the threads without an exception handler of their own. */
    void install() {
        Logger.getLogger("").addHandler(this);
        Thread.setDefaultUncaughtExceptionHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
        check(entry.getThrown());
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        check(failure);
        Logger.getLogger(OutOfMemoryExit.class.getName()).log(Level.SEVERE,
                "Thread " + thread.getName() + " has ended", failure);
    }

    private void check(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            if (cause instanceof OutOfMemoryError) {
                // No log: it would need memory.
                System.err.println("Out of memory: the process ends");
                halt.accept(EXIT_CODE);
                return;
            }
            cause = cause.getCause();
        }
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
