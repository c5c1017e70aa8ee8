package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.CapturedLog;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Log lines about a heap that live data fills, and how often the heap is checked. */
class HeapPressureTest {

    private static final String FULL = "Live data takes most of the heap: new connections and joins are refused";
    private static final String ROOM_AGAIN = "The heap has room again: new connections and joins are accepted";

    private static final Vertx VERTX = Vertx.vertx();

    private final AtomicBoolean scarce = new AtomicBoolean();
    private final AtomicInteger looks = new AtomicInteger();
    private final HeapPressure heap = new HeapPressure(() -> {
        looks.incrementAndGet();
        return scarce.get();
    });

    @AfterAll
    static void stop() {
        VERTX.close();
    }

    @AfterEach
    void end() {
        heap.stop(null);
    }

    @Test
    void the_beginning_and_the_end_are_logged_once() {
        try (CapturedLog log = new CapturedLog(HeapPressure.class.getName())) {
            look(false);
            assertThat(log.lines()).isEmpty();
            look(true);
            look(true);
            assertThat(log.lines()).containsExactly(FULL);
            look(false);
            look(false);
            assertThat(log.lines()).containsExactly(FULL, ROOM_AGAIN);
        }
    }

    private void look(boolean full) {
        scarce.set(full);
        heap.check(VERTX);
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void the_heap_is_looked_at_again(boolean full) {
        look(full);
        // A collection that takes long is followed by a long pause.
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> looks.get() > 1);
        assertThat(heap.isScarce()).isEqualTo(full);
    }

    @ParameterizedTest(name = "{1} ms after a collection of {0} ms")
    @CsvSource({ "0, 1000", "50, 1000", "51, 1020", "500, 10000", "1000, 20000", "5000, 20000" })
    void the_next_look_is_soon_but_collections_take_little_of_the_time(long collection, long pause) {
        assertThat(HeapPressure.pauseMillis(collection)).isEqualTo(pause);
    }
}
