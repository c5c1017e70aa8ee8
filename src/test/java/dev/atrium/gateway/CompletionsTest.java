package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompletionsTest {

    @Test
    void all_works_end_before_the_first_failure_is_reported() {
        assertThat(done(Completions.all(List.of()))).isEmpty();
        assertThat(done(Completions.all(List.of(Uni.createFrom().item(1), Uni.createFrom().item(2))))).containsExactly(1, 2);
        boolean[] finished = new boolean[1];
        assertThat(failure(Completions.all(List.of(Uni.createFrom().<Integer> failure(new ErrorReply(409, "first")),
                Uni.createFrom().item(() -> {
                    finished[0] = true;
                    return 2;
                }), Uni.createFrom().<Integer> failure(new ErrorReply(410, "second"))))).code()).isEqualTo(409);
        assertThat(finished[0]).isTrue();
    }

    @Test
    void works_that_are_done_a_few_at_a_time_keep_their_order_and_the_first_failure_is_that_of_all() {
        List<Uni<Integer>> works = IntStream.range(0, 20_000).mapToObj(each -> Uni.createFrom().item(each)).toList();
        assertThat(done(Completions.someAtATime(works))).isEqualTo(IntStream.range(0, 20_000).boxed().toList());
        assertThat(done(Completions.someAtATime(List.of()))).isEmpty();
        ErrorReply gone = new ErrorReply(410, "gone");
        assertThat(failure(Completions.someAtATime(List.of(works.get(0), Uni.createFrom().failure(gone), works.get(1)))))
                .isSameAs(gone);
    }

    private static <T> T done(Uni<T> work) {
        return work.await().indefinitely();
    }

    private static ErrorReply failure(Uni<?> work) {
        return catchThrowableOfType(ErrorReply.class, () -> done(work));
    }
}
