package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.security.TestSecurity;
import io.netty.channel.embedded.EmbeddedChannel;
import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A body has to make progress of a thousand bytes in each ten seconds. */
class BodyDeadlineTest {

    private static final SlowRequests LIMITS = limits("10s");

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private long received;
    private boolean excused;
    private int passed;
    private final BodyDeadline deadline = deadline(LIMITS);

    private static SlowRequests limits(String time) {
        return new SlowRequests(TestSecurity.config(Map.of("atrium.limits.body-time", time, "atrium.limits.body-rate", "100")),
                null, null, null, null, new MemorySize(BigInteger.ONE));
    }

    private BodyDeadline deadline(SlowRequests limits) {
        return new BodyDeadline(channel.eventLoop(), limits, () -> received, () -> excused, () -> passed++);
    }

    @BeforeEach
    void freeze() {
        channel.freezeTime();
    }

    private void pass(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void it_passes_once_when_too_little_has_arrived() {
        deadline.start();
        received = 999;
        pass(9);
        assertThat(passed).isZero();
        pass(1);
        assertThat(passed).isEqualTo(1);
        pass(60);
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void progress_gives_the_body_its_time_again_and_what_arrived_before_does_not_count() {
        deadline.start();
        received = 1_000;
        pass(10);
        received = 1_999;
        pass(9);
        assertThat(passed).isZero();
        pass(1);
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void bytes_of_the_body_before_do_not_count() {
        received = 5_000;
        deadline.reset();
        deadline.start();
        received = 5_999;
        pass(10);
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void a_client_that_is_not_to_blame_has_its_time_again() {
        deadline.start();
        excused = true;
        pass(30);
        assertThat(passed).isZero();
        excused = false;
        pass(10);
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void a_restart_begins_the_time_anew_but_only_of_one_that_has_begun() {
        deadline.restart();
        pass(60);
        assertThat(passed).isZero();
        deadline.start();
        pass(9);
        deadline.restart();
        pass(9);
        assertThat(passed).isZero();
        pass(1);
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void it_begins_once_and_ends() {
        deadline.start();
        pass(5);
        deadline.start();
        pass(5);
        assertThat(passed).isEqualTo(1);
        deadline.start();
        deadline.end();
        pass(60);
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void there_is_none_without_a_limit() {
        BodyDeadline none = deadline(limits("0s"));
        none.start();
        none.restart();
        pass(3_600);
        assertThat(passed).isZero();
    }
}
