package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.SavedSession;
import dev.atrium.room.Node;
import dev.atrium.room.Sender;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How many sessions that end while Redis refuses writes are remembered. */
class UnpublishedReleasesTest {

    private final Node node = Node.create();
    private final AtomicInteger forgotten = new AtomicInteger();

    @Test
    void sessions_take_a_twentieth_of_the_heap_and_those_that_ended_first_are_forgotten() {
        SavedSession[] ended = Stream.generate(() -> session(Map.of("lobby", false))).limit(5).toArray(SavedSession[]::new);
        UnpublishedReleases releases = new UnpublishedReleases(20 * (3 * ended[0].bytes() + 100), forgotten::incrementAndGet);
        Stream.of(ended).forEach(releases::add);
        assertThat(releases.takeAll()).containsExactly(ended[2], ended[3], ended[4]);
        assertThat(forgotten).hasValue(2);
        releases.add(ended[0]);
        assertThat(releases.takeAll()).containsExactly(ended[0]);
        assertThat(releases.takeAll()).isEmpty();
        assertThat(forgotten).hasValue(2);
    }

    @Test
    void a_session_in_many_rooms_takes_the_place_of_many() {
        SavedSession small = session(Map.of());
        SavedSession large = session(Map.of("x".repeat(200), false, "y".repeat(200), true));
        assertThat(large.bytes()).isGreaterThan(small.bytes() + 800);
        UnpublishedReleases releases = new UnpublishedReleases(20 * (large.bytes() + 100), forgotten::incrementAndGet);
        releases.add(small);
        releases.add(small);
        releases.add(large);
        assertThat(releases.takeAll()).containsExactly(large);
    }

    private SavedSession session(Map<String, Boolean> rooms) {
        return new SavedSession(node.newToken(), new Sender(node.newSessionId(), null), "/", rooms, Set.of());
    }
}
