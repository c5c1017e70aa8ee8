package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Limit of concurrent work, its queue, and the work that is refused. */
class AsyncSemaphoreTest {

    private final AsyncSemaphore semaphore = new AsyncSemaphore(10, 3);
    private final List<String> begun = new ArrayList<>();

    @Test
    void work_begins_as_long_as_there_is_room_for_all_of_its_cost() {
        CompletableFuture<String> first = take("first", 6).released();
        take("second", 4);
        take("third", 1);
        assertThat(begun).containsExactly("first", "second");
        first.complete("done");
        assertThat(begun).containsExactly("first", "second", "third");
    }

    @Test
    void small_work_does_not_overtake_what_waits_for_more_room() {
        CompletableFuture<String> first = take("first", 6).released();
        CompletableFuture<String> large = take("large", 7).released();
        take("small", 1);
        assertThat(begun).containsExactly("first");
        first.complete("done");
        assertThat(begun).containsExactly("first", "large", "small");
        take("more", 3);
        assertThat(begun).hasSize(3);
        large.complete("done");
        assertThat(begun).endsWith("more");
    }

    @Test
    void a_released_permit_starts_as_much_waiting_work_as_fits_and_no_more() {
        CompletableFuture<String> first = take("first", 10).released();
        take("a", 5);
        take("b", 5);
        take("c", 1);
        first.complete("done");
        assertThat(begun).containsExactly("first", "a", "b");
    }

    @Test
    void only_so_much_waits_and_the_rest_is_refused() {
        CompletableFuture<String> first = take("first", 10).released();
        take("a", 1);
        take("b", 1);
        take("c", 1);
        Work refused = take("d", 1);
        assertThatThrownBy(refused.result()::join).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RejectedExecutionException.class)
                .hasRootCauseMessage("too many wait for files");
        first.complete("done");
        assertThat(begun).containsExactly("first", "a", "b", "c");
        assertThat(take("e", 1).result()).as("a permit is free again").isNotDone();
        assertThat(begun).endsWith("e");
    }

    @Test
    void work_results_in_what_it_results_in_and_gives_its_room_back_when_it_fails() {
        assertThat(semaphore.take(10, () -> Uni.createFrom().item("done")).await().indefinitely()).isEqualTo("done");
        assertThatThrownBy(() -> semaphore.take(10, () -> Uni.createFrom().failure(new IllegalStateException("failed"))).await()
                .indefinitely())
                .hasMessage("failed");
        assertThatThrownBy(() -> semaphore.take(10, () -> {
            throw new IllegalStateException("thrown");
        }).await().indefinitely()).hasMessage("thrown");
        assertThat(semaphore.take(10, () -> Uni.createFrom().item("again")).await().indefinitely()).isEqualTo("again");
    }

    @Test
    void work_that_waits_can_be_failed_and_what_runs_goes_on() {
        Work first = take("first", 10);
        Work waiting = take("a", 1);
        semaphore.failWaiting(new IllegalStateException("failed"));
        assertThatThrownBy(waiting.result()::join).hasRootCauseMessage("failed");
        take("b", 1);
        assertThat(first.result()).isNotDone();
        first.released().complete("done");
        assertThat(begun).containsExactly("first", "b");
    }

    @Test
    void work_takes_its_turn_when_it_is_subscribed_to() {
        Uni<String> later = semaphore.take(10, () -> Uni.createFrom().item(() -> {
            begun.add("later");
            return "later";
        }));
        take("now", 10).released().complete("done");
        assertThat(begun).containsExactly("now");
        later.await().indefinitely();
        assertThat(begun).containsExactly("now", "later");
    }

    private record Work(CompletableFuture<String> released, CompletableFuture<String> result) {
    }

    private Work take(String name, long cost) {
        CompletableFuture<String> released = new CompletableFuture<>();
        return new Work(released, semaphore.<String> take(cost, () -> {
            begun.add(name);
            return Uni.createFrom().completionStage(released);
        }).subscribeAsCompletionStage());
    }
}
