package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Failures of a listener: one that others may mend, and one that ends the process. */
class AcceptFailuresTest {

    private final EmbeddedChannel listener = new EmbeddedChannel(new AcceptFailures());

    @Test
    void connections_that_cannot_be_accepted_are_no_failure_of_the_pipeline() {
        listener.pipeline().fireExceptionCaught(new IOException("Too many open files"));
        assertThatCode(listener::checkException).doesNotThrowAnyException();
    }

    @Test
    void an_error_goes_on_to_the_log_of_netty_by_which_the_process_ends() {
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");
        listener.pipeline().fireExceptionCaught(error);
        assertThatThrownBy(listener::checkException).isSameAs(error);
    }
}
