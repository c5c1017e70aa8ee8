package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Bound of the bytes in flight to and from a file store: its limit, its release, and the order of waiting requests. */
class InFlightLimitTest {

    private static final long HALF = 32L << 20;

    private final InFlightLimit backlog = new InFlightLimit();

    @Test
    void a_call_over_the_limit_is_refused_and_never_begun_until_another_call_ends() {
        CompletableFuture<String> slow = new CompletableFuture<>();
        CompletableFuture<String> first = backlog.pass(HALF, () -> Uni.createFrom().completionStage(slow))
                .subscribeAsCompletionStage();
        assertThatThrownBy(() -> backlog.pass(HALF, () -> {
            throw new AssertionError("begun");
        }).await().indefinitely()).isInstanceOf(RejectedExecutionException.class);
        slow.complete("done");
        assertThat(first).isCompletedWithValue("done");
        assertThat(small()).isEqualTo("small");
        assertThat(big()).isEqualTo("big");
    }

    @Test
    void a_call_that_fails_or_is_cancelled_or_never_begins_frees_its_slot() {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> backlog.pass(HALF, () -> Uni.createFrom().failure(new IllegalStateException("failed")))
                    .await().indefinitely()).hasMessage("failed");
            assertThatThrownBy(() -> backlog.pass(HALF, () -> {
                throw new IllegalStateException("thrown");
            }).await().indefinitely()).hasMessage("thrown");
            Cancellable given = backlog.pass(HALF, () -> Uni.createFrom().nothing()).subscribe().with(ignored -> {
            });
            given.cancel();
        }
        assertThat(big()).isEqualTo("big");
    }

    @Test
    void calls_that_wait_for_a_free_slot_run_in_their_order() {
        CompletableFuture<String> slow = new CompletableFuture<>();
        CompletableFuture<String> first = backlog.queue(2 * HALF - 1024, () -> Uni.createFrom().completionStage(slow))
                .subscribeAsCompletionStage();
        CompletableFuture<String> second = backlog.queue(HALF, () -> Uni.createFrom().item("second"))
                .subscribeAsCompletionStage();
        CompletableFuture<String> third = backlog
                .<String> queue(0, () -> Uni.createFrom().failure(new IllegalStateException("third")))
                .subscribeAsCompletionStage();
        assertThat(second).isNotDone();
        assertThat(third).isNotDone();
        assertThat(big()).as("calls of clients have a limit of their own").isEqualTo("big");
        slow.complete("first");
        assertThat(first).isCompletedWithValue("first");
        assertThat(second).isCompletedWithValue("second");
        assertThat(third).isCompletedExceptionally();
        assertThat(backlog.queue(2 * HALF - 1024, () -> Uni.createFrom().item("again")).await().indefinitely())
                .isEqualTo("again");
    }

    private String small() {
        return backlog.pass(0, () -> Uni.createFrom().item("small")).await().indefinitely();
    }

    private String big() {
        return backlog.pass(2 * HALF - 1024, () -> Uni.createFrom().item("big")).await().indefinitely();
    }
}
