package dev.atrium.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.SavedSession;
import dev.atrium.room.Node;
import dev.atrium.room.Sender;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Resumption of sessions, its window, and the end of their former connections. */
class MemorySessionsTest {

    private static final Duration WINDOW = Duration.ofMinutes(2);

    private final ManualClock clock = new ManualClock();
    private final MemorySessions sessions = new MemorySessions(new Node("node01"),
            new MemorySettings(Duration.ofMinutes(10), new HistoryPolicy(0, Duration.ofSeconds(1)), WINDOW, Duration.ZERO,
                    clock));
    private final List<String> ended = new ArrayList<>();

    @BeforeEach
    void serve() {
        sessions.serve((namespace, id, resumed) -> Uni.createFrom().item(() -> {
            ended.add(namespace + " " + id + (resumed ? " resumed" : ""));
            return true;
        }));
    }

    @Test
    void a_released_session_is_resumed_unchanged_under_a_new_token() {
        SavedSession saved = saved();
        release(saved.token());
        SavedSession resumed = resume(saved.token());
        assertThat(resumed.token()).startsWith("node01").isNotEqualTo(saved.token());
        assertThat(resumed).usingRecursiveComparison().ignoringFields("token").isEqualTo(saved);
        assertThat(ended).as("there is no connection to end").isEmpty();
    }

    @Test
    void a_session_that_is_still_connected_is_ended_when_it_is_resumed() {
        SavedSession saved = saved();
        clock.forward(Duration.ofDays(9));
        assertThat(resume(saved.token())).isNotNull();
        assertThat(ended).containsExactly("/chat ann resumed");
    }

    @Test
    void the_window_begins_with_the_release_and_includes_its_end() {
        SavedSession saved = saved();
        release(saved.token());
        clock.forward(WINDOW);
        SavedSession resumed = resume(saved.token());
        assertThat(resumed).isNotNull();
        release(resumed.token());
        clock.forward(WINDOW.plusMillis(1));
        assertThat(resume(resumed.token())).isNull();
    }

    @Test
    void an_unknown_token_has_no_session() {
        saved();
        assertThat(resume(sessions.newToken())).isNull();
        release(sessions.newToken());
        delete(sessions.newToken());
        assertThat(ended).isEmpty();
    }

    @Test
    void an_old_token_leads_to_the_session_for_another_window_over_any_number_of_lost_replies() {
        SavedSession saved = saved();
        SavedSession first = resume(saved.token());
        SavedSession second = resume(saved.token());
        SavedSession third = resume(saved.token());
        assertThat(List.of(first.token(), second.token(), third.token())).doesNotHaveDuplicates();
        assertThat(ended).hasSize(3).containsOnly("/chat ann resumed");
        SavedSession fourth = resume(second.token());
        assertThat(fourth.self()).isEqualTo(saved.self());
        clock.forward(WINDOW.plusMillis(1));
        release(sessions.newToken());
        assertThat(resume(saved.token())).as("the old token has expired").isNull();
        assertThat(resume(fourth.token())).as("but the session is still connected").isNotNull();
    }

    @Test
    void a_client_that_keeps_using_its_token_can_resume_for_longer() {
        SavedSession saved = saved();
        SavedSession resumed = resume(saved.token());
        sessions.lead(saved.token(), resumed, Duration.ofHours(1)).await().indefinitely();
        clock.forward(Duration.ofMinutes(59));
        release(sessions.newToken());
        SavedSession again = resume(saved.token());
        assertThat(again.self()).isEqualTo(resumed.self());
        assertThat(again.token()).isNotEqualTo(resumed.token());
    }

    @Test
    void a_deleted_session_cannot_be_resumed() {
        SavedSession saved = saved();
        delete(saved.token());
        assertThat(resume(saved.token())).isNull();
    }

    @Test
    void deleting_by_an_old_token_deletes_nothing_and_by_the_newest_token_the_session() {
        SavedSession saved = saved();
        SavedSession resumed = resume(saved.token());
        delete(saved.token());
        SavedSession again = resume(saved.token());
        assertThat(again).isNotNull();
        delete(again.token());
        assertThat(resume(saved.token())).isNull();
        assertThat(resume(resumed.token())).isNull();
    }

    @Test
    void a_session_saved_again_replaces_the_saved_one() {
        SavedSession saved = saved();
        SavedSession later = new SavedSession(saved.token(), saved.self(), saved.namespace(), Map.of("other", false), Set.of());
        sessions.save(later).await().indefinitely();
        assertThat(resume(saved.token()).rooms()).isEqualTo(Map.of("other", false));
    }

    @Test
    void disconnected_sessions_are_bounded_by_their_bytes_and_the_longest_disconnected_goes_first() {
        MemorySessions bounded = new MemorySessions(new Node("node01"), new MemorySettings(Duration.ofMinutes(10),
                new HistoryPolicy(0, Duration.ofSeconds(1), 4_000_000), WINDOW, Duration.ZERO, clock));
        bounded.serve((namespace, id, resumed) -> Uni.createFrom().item(true));
        Map<String, Boolean> rooms = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            rooms.put("r".repeat(200) + i, false);
        }
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tokens.add(bounded.newToken());
            bounded.save(new SavedSession(tokens.get(i), new Sender("s" + i, null), "/", rooms, Set.of())).await()
                    .indefinitely();
        }
        tokens.forEach(token -> bounded.release(token).await().indefinitely());
        assertThat(tokens).filteredOn(token -> bounded.resume(token, "/", null).await().indefinitely() != null)
                .as("of a megabyte").containsExactly(tokens.get(9));
        String small = bounded.newToken();
        bounded.save(new SavedSession(small, new Sender("small", null), "/", Map.of("a", false), Set.of())).await()
                .indefinitely();
        bounded.release(small).await().indefinitely();
        assertThat(bounded.resume(small, "/", null).await().indefinitely()).as("what was resumed is not counted").isNotNull();
    }

    @Test
    void work_begins_when_it_is_subscribed_to() {
        SavedSession saved = saved();
        sessions.delete(saved.token());
        sessions.resume(saved.token(), "/chat", "Ann");
        sessions.end("/chat", "ann");
        assertThat(ended).isEmpty();
        assertThat(resume(saved.token())).isNotNull();
    }

    @Test
    void a_session_is_ended_by_its_replica() {
        assertThat(sessions.end("/chat", "ann").await().indefinitely()).isTrue();
        assertThat(ended).containsExactly("/chat ann");
        assertThat(sessions.windowMillis()).isEqualTo(WINDOW.toMillis());
    }

    private SavedSession saved() {
        SavedSession session = new SavedSession(sessions.newToken(), new Sender("ann", "Ann"), "/chat", Map.of("lobby", true),
                Set.of("lobby"));
        sessions.save(session).await().indefinitely();
        return session;
    }

    private SavedSession resume(String token) {
        return sessions.resume(token, "/chat", "Ann").await().indefinitely();
    }

    private void release(String token) {
        sessions.release(token).await().indefinitely();
    }

    private void delete(String token) {
        sessions.delete(token).await().indefinitely();
    }
}
