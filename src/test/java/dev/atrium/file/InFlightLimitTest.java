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
    void what_is_too_much_is_refused_and_never_begun_until_something_is_done() {
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
    void what_fails_or_is_given_up_or_never_begins_leaves_its_place() {
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
    void what_is_waited_for_waits_for_room_and_comes_in_its_order() {
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
        assertThat(big()).as("what comes from clients has room of its own").isEqualTo("big");
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
