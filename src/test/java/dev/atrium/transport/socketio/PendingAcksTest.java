package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.atrium.gateway.ErrorReply;
import io.netty.channel.embedded.EmbeddedChannel;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Acknowledgements of clients: the caller that receives each, and the failure of a missing one. */
class PendingAcksTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final PendingAcks acks = new PendingAcks(channel.eventLoop());
    private final List<String> results = new ArrayList<>();

    @BeforeEach
    void freeze() {
        channel.freezeTime();
    }

    @Test
    void ids_count_from_zero() {
        assertThat(List.of(ask(1_000), ask(1_000), ask(1_000))).containsExactly("0", "1", "2");
    }

    @Test
    void an_answer_completes_the_question_of_its_id_with_all_its_values() {
        ask(1_000);
        ask(1_000);
        acks.answered("1", List.of(IntNode.valueOf(7), TextNode.valueOf("more")));
        assertThat(results).containsExactly("1: [7, \"more\"]");
    }

    @Test
    void an_ack_that_nobody_waits_for_has_an_id_of_its_own_and_is_ignored() {
        assertThat(List.of(acks.nextId(), ask(1_000), acks.nextId())).containsExactly("0", "1", "2");
        acks.answered("0", List.of());
        acks.answered("2", List.of());
        assertThat(results).isEmpty();
    }

    @Test
    void an_answer_without_a_value_is_empty() {
        acks.answered(ask(1_000), List.of());
        assertThat(results).containsExactly("0: []");
    }

    @Test
    void a_pending_ack_is_completed_once_and_an_unknown_ack_is_ignored() {
        acks.answered("0", List.of());
        String id = ask(1_000);
        acks.answered("17", List.of());
        acks.answered(id, List.of(IntNode.valueOf(1)));
        acks.answered(id, List.of(IntNode.valueOf(2)));
        advance(1_000);
        assertThat(results).containsExactly("0: [1]");
    }

    @Test
    void a_question_fails_when_its_time_is_over_and_the_answer_comes_too_late() {
        ask(1_000);
        ask(2_000);
        advance(999);
        assertThat(results).isEmpty();
        advance(1);
        assertThat(results).containsExactly("0: 504 operation has timed out");
        acks.answered("0", List.of());
        acks.answered("1", List.of());
        assertThat(results).containsExactly("0: 504 operation has timed out", "1: []");
    }

    @Test
    void an_answer_stops_the_clock() {
        acks.answered(ask(1_000), List.of());
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }

    @Test
    void all_pending_acks_fail_once_when_no_client_is_left() {
        ask(1_000);
        ask(1_000);
        acks.end();
        assertThat(results).containsExactlyInAnyOrder("0: 410 the session has ended", "1: 410 the session has ended");
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
        acks.end();
        acks.answered("0", List.of());
        assertThat(results).hasSize(2);
    }

    private String ask(long millis) {
        String[] id = new String[1];
        Uni.createFrom().<List<JsonNode>> emitter(emitter -> id[0] = acks.add(Duration.ofMillis(millis), emitter)).subscribe()
                .with(
                        value -> results.add(id[0] + ": " + value),
                        failure -> results.add(id[0] + ": " + ((ErrorReply) failure).code() + " " + failure.getMessage()));
        return id[0];
    }

    private void advance(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }
}
