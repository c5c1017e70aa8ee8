package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.RoomId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Order of a client's messages when some of them are rejected. */
class SendOrderTest {

    private static final RoomId LOBBY = RoomId.of("/", "lobby");
    private static final RoomId NEWS = RoomId.of("/", "news");

    private final List<String> started = new ArrayList<>();
    private final Map<String, UniEmitter<? super String>> works = new HashMap<>();
    private final List<String> answers = new ArrayList<>();
    private int rejections;
    private SendOrder order = new SendOrder(Runnable::run, error -> rejections++, SendOrder.MAX_ROOMS);

    @Test
    void messages_to_a_room_are_executed_one_after_the_other_and_those_to_others_meanwhile() {
        submit(LOBBY, "a", "b", "c");
        submit(NEWS, "x");
        assertThat(started).containsExactly("a", "x");
        works.get("a").complete("done");
        assertThat(started).containsExactly("a", "x", "b");
        works.get("b").complete("done");
        works.get("c").complete("done");
        works.get("x").complete("done");
        assertThat(answers).containsExactly("a done", "b done", "c done", "x done");
        assertThat(rejections).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = { 429, 503 })
    void messages_behind_a_rejected_one_are_rejected_until_it_is_sent_again(int code) {
        submit(LOBBY, "a", "b", "c");
        works.get("a").fail(new ErrorReply(code, "later"));
        submit(LOBBY, "d");
        assertThat(started).containsExactly("a");
        assertThat(answers).containsExactly("a " + code, "b 424", "c 424", "d 424");
        assertThat(rejections).as("of messages that were sent after the rejection").isOne();
        answers.clear();
        submit(LOBBY, "a", "b");
        works.get("a").complete("done");
        works.get("b").complete("done");
        assertThat(answers).containsExactly("a done", "b done");
    }

    @Test
    void a_message_that_is_rejected_again_holds_back_the_others_again() {
        submit(LOBBY, "a", "b");
        works.get("a").fail(new ErrorReply(503, "later"));
        submit(LOBBY, "a", "b");
        works.get("a").fail(new ErrorReply(503, "later"));
        assertThat(answers).containsExactly("a 503", "b 424", "a 503", "b 424");
    }

    @Test
    void work_that_throws_is_a_failure_and_blocks_no_other_message() {
        order.<String> submit(LOBBY, "a", () -> {
            throw new IllegalStateException("broken on purpose");
        }).subscribe().with(item -> answers.add("a"), failure -> answers.add("a " + ((ErrorReply) failure).code()));
        submit(LOBBY, "b");
        works.get("b").complete("done");
        assertThat(answers).containsExactly("a 500", "b done");
    }

    @Test
    void after_the_end_the_waiting_messages_are_not_executed() {
        submit(LOBBY, "a", "b");
        order.end();
        works.get("a").complete("done");
        assertThat(started).containsExactly("a");
    }

    @Test
    void a_message_that_is_rejected_for_good_holds_back_none() {
        submit(LOBBY, "a", "b");
        works.get("a").fail(new ErrorReply(403, "never"));
        works.get("b").complete("done");
        assertThat(answers).containsExactly("a 403", "b done");
    }

    @Test
    void other_rooms_do_not_wait() {
        submit(LOBBY, "a", "b");
        works.get("a").fail(new ErrorReply(503, "later"));
        submit(NEWS, "x");
        works.get("x").complete("done");
        assertThat(answers).containsExactly("a 503", "b 424", "x done");
    }

    @Test
    void beyond_the_maximum_of_rooms_all_others_wait() {
        order = new SendOrder(Runnable::run, error -> rejections++, 1);
        submit(LOBBY, "a");
        submit(NEWS, "x");
        works.get("a").fail(new ErrorReply(503, "later"));
        works.get("x").fail(new ErrorReply(503, "later"));
        submit(RoomId.of("/", "third"), "y");
        submit(NEWS, "z");
        assertThat(answers).containsExactly("a 503", "x 503", "y 424", "z 424");
        answers.clear();
        submit(NEWS, "x", "z");
        works.get("x").complete("done");
        works.get("z").complete("done");
        submit(LOBBY, "b", "a");
        works.get("a").complete("done");
        assertThat(answers).containsExactly("x done", "z done", "b 424", "a done");
    }

    @Test
    void a_message_that_was_rejected_beyond_the_maximum_of_rooms_is_not_overtaken() {
        order = new SendOrder(Runnable::run, error -> rejections++, 4);
        List<String> keys = List.of("a", "b", "c", "d", "e");
        for (String key : keys) {
            submit(RoomId.of("/", "room-" + key), key);
            works.get(key).fail(new ErrorReply(503, "later"));
        }
        answers.clear();
        submit(LOBBY, "x");
        for (String key : keys.subList(0, 3)) {
            submit(LOBBY, "y");
            submit(RoomId.of("/", "room-" + key), key);
            works.get(key).complete("done");
        }
        submit(LOBBY, "y", "x", "y");
        works.get("x").complete("done");
        works.get("y").complete("done");
        assertThat(answers).containsExactly("x 424", "y 424", "a done", "y 424", "b done", "y 424", "c done", "y 424", "x done",
                "y done");
    }

    @Test
    void beyond_the_maximum_of_rooms_each_room_waits_for_its_own_rejected_message() {
        order = new SendOrder(Runnable::run, error -> rejections++, 1);
        RoomId third = RoomId.of("/", "third");
        submit(LOBBY, "a");
        submit(NEWS, "x");
        submit(third, "y", "z");
        for (String key : List.of("a", "x", "y")) {
            works.get(key).fail(new ErrorReply(503, "later"));
        }
        answers.clear();
        submit(NEWS, "w");
        submit(third, "z", "y");
        works.get("y").complete("done");
        submit(third, "z");
        assertThat(answers).containsExactly("w 424", "z 424", "y done", "z 424");
        submit(NEWS, "x");
        works.get("x").complete("done");
        submit(LOBBY, "a");
        works.get("a").complete("done");
        submit(third, "z");
        works.get("z").complete("done");
        assertThat(answers).endsWith("x done", "a done", "z done");
    }

    private void submit(RoomId room, String... keys) {
        for (String key : keys) {
            order.submit(room, key, () -> {
                started.add(key);
                return Uni.createFrom().<String> emitter(emitter -> works.put(key, emitter));
            }).subscribe().with(item -> answers.add(key + ' ' + item),
                    failure -> answers.add(key + ' ' + ErrorReply.of(failure).code()));
        }
    }
}
