package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.session.RequestMemory;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which connections with unfinished headers are closed. */
class UnfinishedHeadersTest {

    private final AtomicLong now = new AtomicLong();
    private final RequestMemory memory = new RequestMemory(100_000, now::get, () -> false);
    private final EmbeddedChannel first = new EmbeddedChannel();
    private final EmbeddedChannel second = new EmbeddedChannel();
    private final UnfinishedHeaders ofFirst = new UnfinishedHeaders(first, memory);
    private final UnfinishedHeaders ofSecond = new UnfinishedHeaders(second, memory);

    private void pass() {
        now.addAndGet(TimeUnit.SECONDS.toNanos(2));
        first.runPendingTasks();
        second.runPendingTasks();
    }

    @Test
    void the_oldest_connection_makes_room_for_another_one() {
        ofFirst.received(20_000, 1);
        pass();
        ofSecond.received(20_000, 1);
        pass();
        assertThat(first.isOpen()).isFalse();
        assertThat(second.isOpen()).isTrue();
    }

    @Test
    void short_lines_count_for_the_objects_that_they_become() {
        ofFirst.received(2_000, 500);
        pass();
        ofSecond.received(2_000, 500);
        pass();
        assertThat(first.isOpen()).isFalse();
        assertThat(second.isOpen()).isTrue();
    }

    @Test
    void headers_that_have_come_whole_are_not_counted() {
        ofFirst.received(20_000, 1);
        ofFirst.end();
        pass();
        ofSecond.received(20_000, 1);
        pass();
        assertThat(first.isOpen()).isTrue();
    }

    @Test
    void a_few_bytes_are_not_counted() {
        for (int i = 0; i < 100; i++) {
            new UnfinishedHeaders(first, memory).received(1_000, 1);
        }
        ofSecond.received(40_000, 1);
        pass();
        assertThat(first.isOpen()).isTrue();
        assertThat(second.isOpen()).isTrue();
    }
}
