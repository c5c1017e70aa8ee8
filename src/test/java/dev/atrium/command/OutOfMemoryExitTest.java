package dev.atrium.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** Which failures end the process. */
class OutOfMemoryExitTest {

    private final List<Integer> halted = new ArrayList<>();
    private final OutOfMemoryExit exit = new OutOfMemoryExit(halted::add);

    private void log(Throwable thrown) {
        LogRecord entry = new LogRecord(Level.WARNING, "A task raised an exception");
        entry.setThrown(thrown);
        exit.publish(entry);
    }

    @Test
    void one_that_is_logged_ends_it_as_the_jvm_would() {
        log(new OutOfMemoryError("Java heap space"));
        assertThat(halted).containsExactly(3);
    }

    @Test
    void the_cause_of_another_failure_counts() {
        log(new IllegalStateException(new RuntimeException(new OutOfMemoryError())));
        assertThat(halted).containsExactly(3);
    }

    @Test
    void one_that_ends_its_thread_ends_the_process() {
        exit.uncaughtException(Thread.currentThread(), new OutOfMemoryError());
        assertThat(halted).containsExactly(3);
    }

    @Test
    void other_failures_do_not() {
        log(new StackOverflowError());
        log(null);
        Exception first = new Exception();
        first.initCause(new Exception(first));
        log(first);
        assertThat(halted).isEmpty();
    }
}
