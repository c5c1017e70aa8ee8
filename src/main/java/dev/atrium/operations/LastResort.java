package dev.atrium.operations;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jboss.logging.Logger;

/**
 * Last resort of a shutdown: halts the process if it has not ended in time, whatever keeps it, a blocked event loop for
 * example. Its thread exists from the start, because a process that cannot end may be unable to create one.
 */
final class LastResort {

    private static final Logger LOG = Logger.getLogger(LastResort.class);

    private static final int EXIT_CODE = 1;

    private final CountDownLatch begun = new CountDownLatch(1);
    private final Duration timeout;
    private final IntConsumer halt;

    /**
     * @param timeout time for an orderly end
     * @param halt ends the process with that exit code
     */
    LastResort(Duration timeout, IntConsumer halt) {
        this.timeout = timeout;
        this.halt = halt;
    }

    void start() {
        Thread thread = new Thread(this::await, "atrium-last-resort");
        thread.setDaemon(true);
        thread.start();
    }

    /** The shutdown begins now. */
    void begin() {
        begun.countDown();
    }

    private void await() {
        try {
            begun.await();
            TimeUnit.NANOSECONDS.sleep(timeout.toNanos());
        } catch (InterruptedException e) {
            return;
        }
        LOG.errorf("The shutdown has not ended within %d s; the process is halted", timeout.toSeconds());
        halt.accept(EXIT_CODE);
    }
}
