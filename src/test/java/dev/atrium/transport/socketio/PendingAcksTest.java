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
    void ids_count_on_and_are_numbers_of_32_bits() {
        int first = Integer.parseInt(ask("one", 1_000));
        assertThat(first).isBetween(0, (1 << 30) - 1);
        assertThat(List.of(ask("two", 1_000), ask("three", 1_000))).containsExactly("" + (first + 1), "" + (first + 2));
    }

    @Test
    void a_late_answer_to_a_question_of_a_former_session_answers_none_of_this_one() {
        PendingAcks former = new PendingAcks(channel.eventLoop());
        String[] asked = new String[1];
        Uni.createFrom().<List<JsonNode>> emitter(emitter -> asked[0] = former.add(Duration.ofMinutes(1), emitter)).subscribe()
                .with(value -> results.add("former"), failure -> {
                });
        former.end();
        ask("delete everything?", 1_000);
        acks.answered(asked[0], List.of(TextNode.valueOf("yes")));
        assertThat(results).isEmpty();
    }

    @Test
    void an_answer_completes_the_question_of_its_id_with_all_its_values() {
        ask("one", 1_000);
        acks.answered(ask("two", 1_000), List.of(IntNode.valueOf(7), TextNode.valueOf("more")));
        assertThat(results).containsExactly("two: [7, \"more\"]");
    }

    @Test
    void an_ack_that_nobody_waits_for_has_an_id_of_its_own_and_is_ignored() {
        String before = acks.nextId();
        String asked = ask("one", 1_000);
        String after = acks.nextId();
        assertThat(asked).isNotIn(before, after);
        acks.answered(before, List.of());
        acks.answered(after, List.of());
        assertThat(results).isEmpty();
    }

    @Test
    void an_answer_without_a_value_is_empty() {
        acks.answered(ask("one", 1_000), List.of());
        assertThat(results).containsExactly("one: []");
    }

    @Test
    void a_pending_ack_is_completed_once_and_an_unknown_ack_is_ignored() {
        String id = ask("one", 1_000);
        acks.answered("-17", List.of());
        acks.answered(id, List.of(IntNode.valueOf(1)));
        acks.answered(id, List.of(IntNode.valueOf(2)));
        advance(1_000);
        assertThat(results).containsExactly("one: [1]");
    }

    @Test
    void a_question_fails_when_its_time_is_over_and_the_answer_comes_too_late() {
        String one = ask("one", 1_000);
        String two = ask("two", 2_000);
        advance(999);
        assertThat(results).isEmpty();
        advance(1);
        assertThat(results).containsExactly("one: 504 operation has timed out");
        acks.answered(one, List.of());
        acks.answered(two, List.of());
        assertThat(results).containsExactly("one: 504 operation has timed out", "two: []");
    }

    @Test
    void an_answer_stops_the_clock() {
        acks.answered(ask("one", 1_000), List.of());
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }

    @Test
    void all_pending_acks_fail_once_when_no_client_is_left() {
        String one = ask("one", 1_000);
        ask("two", 1_000);
        acks.end();
        assertThat(results).containsExactlyInAnyOrder("one: 410 the session has ended", "two: 410 the session has ended");
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
        acks.end();
        acks.answered(one, List.of());
        assertThat(results).hasSize(2);
    }

    private String ask(String question, long millis) {
        String[] id = new String[1];
        Uni.createFrom().<List<JsonNode>> emitter(emitter -> id[0] = acks.add(Duration.ofMillis(millis), emitter)).subscribe()
                .with(
                        value -> results.add(question + ": " + value),
                        failure -> results.add(question + ": " + ((ErrorReply) failure).code() + " " + failure.getMessage()));
        return id[0];
    }

    private void advance(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }
}
