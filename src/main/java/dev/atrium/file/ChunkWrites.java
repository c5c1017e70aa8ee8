package dev.atrium.file;

import dev.atrium.gateway.ErrorReply;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Writes of chunks on this replica, by file: one after the verification would change a published file. Any thread. */
final class ChunkWrites {

    private static final int SEALING = -1;

    /** Number of writes in progress, or {@link #SEALING}. */
    private final Map<String, Integer> writes = new ConcurrentHashMap<>();

    /** Runs a write. Fails with {@code sealed} while the file is sealed. */
    <T> Uni<T> write(String id, Supplier<Uni<? extends T>> write, Supplier<ErrorReply> sealed) {
        return Uni.createFrom().deferred(() -> {
            if (writes.merge(id, 1, (known, one) -> known == SEALING ? SEALING : known + one) == SEALING) {
                return Uni.createFrom().failure(sealed.get());
            }
            return Uni.createFrom().<T> deferred(write).onTermination()
                    .invoke(() -> writes.computeIfPresent(id, (file, known) -> known == 1 ? null : known - 1));
        });
    }

    /** Seals a file. Fails with {@code busy} while chunks of it are written, or it is being sealed already. */
    <T> Uni<T> seal(String id, Supplier<Uni<? extends T>> seal, Supplier<ErrorReply> busy) {
        return Uni.createFrom().deferred(() -> {
            if (writes.putIfAbsent(id, SEALING) != null) {
                return Uni.createFrom().failure(busy.get());
            }
            return Uni.createFrom().<T> deferred(seal).onTermination().invoke(() -> writes.remove(id));
        });
    }
}
