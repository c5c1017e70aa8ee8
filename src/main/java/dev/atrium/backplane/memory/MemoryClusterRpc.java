package dev.atrium.backplane.memory;

import dev.atrium.backplane.ClusterRpc;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Request/reply channel of a single replica, which sends its requests to itself. */
final class MemoryClusterRpc implements ClusterRpc {

    private volatile Function<String, Uni<String>> responder;

    @Override
    public void serve(Function<String, Uni<String>> answers) {
        responder = answers;
    }

    @Override
    public Uni<Acks> askAll(String question, Duration patience) {
        return Uni.createFrom().deferred(() -> responder.apply(question)).map(answer -> new Acks(List.of(answer), 1))
                .ifNoItem().after(patience).recoverWithItem(new Acks(List.of(), 1));
    }
}
