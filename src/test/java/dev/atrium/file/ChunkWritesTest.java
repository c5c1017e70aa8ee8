package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Chunks that are written while their file is sealed. */
class ChunkWritesTest {

    private static final Supplier<ErrorReply> SEALED = () -> new ErrorReply(409, "sealed");
    private static final Supplier<ErrorReply> BUSY = () -> new ErrorReply(503, "busy");

    private final ChunkWrites writes = new ChunkWrites();

    @Test
    void a_file_is_not_sealed_while_one_of_its_chunks_is_written() {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        CompletableFuture<String> one = write("a", first);
        CompletableFuture<String> two = write("a", second);
        first.complete("written");
        assertThat(one).isCompletedWithValue("written");
        assertThatThrownBy(() -> seal("a", new CompletableFuture<>()).join()).hasRootCauseMessage("busy");
        second.completeExceptionally(new IllegalStateException("disk"));
        assertThat(two).isCompletedExceptionally();
        assertThat(seal("a", CompletableFuture.completedFuture("sealed"))).isCompletedWithValue("sealed");
    }

    @Test
    void no_chunk_is_written_while_its_file_is_sealed() {
        CompletableFuture<String> sealed = new CompletableFuture<>();
        seal("a", sealed);
        assertThatThrownBy(() -> write("a", new CompletableFuture<>()).join()).hasRootCauseMessage("sealed");
        assertThatThrownBy(() -> seal("a", new CompletableFuture<>()).join()).hasRootCauseMessage("busy");
        assertThat(write("b", CompletableFuture.completedFuture("written"))).isCompletedWithValue("written");
        sealed.complete("sealed");
        assertThat(write("a", CompletableFuture.completedFuture("written"))).isCompletedWithValue("written");
    }

    private CompletableFuture<String> write(String id, CompletableFuture<String> work) {
        return writes.write(id, () -> Uni.createFrom().completionStage(work), SEALED).subscribeAsCompletionStage();
    }

    private CompletableFuture<String> seal(String id, CompletableFuture<String> work) {
        return writes.seal(id, () -> Uni.createFrom().completionStage(work), BUSY).subscribeAsCompletionStage();
    }
}
