package dev.atrium.backplane.memory;

import dev.atrium.backplane.ClusterRpc;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Request/reply channel of a single replica, which sends its requests to itself. */
final class MemoryClusterRpc implements ClusterRpc {

    private volatile Function<String, Uni<String>> handler;

    @Override
    public void serve(Function<String, Uni<String>> newHandler) {
        handler = newHandler;
    }

    @Override
    public Uni<Acks> callAll(String request, Duration timeout) {
        return Uni.createFrom().deferred(() -> handler.apply(request)).map(reply -> new Acks(List.of(reply), 1, 0))
                .ifNoItem().after(timeout).recoverWithItem(new Acks(List.of(), 1, 0));
    }
}
