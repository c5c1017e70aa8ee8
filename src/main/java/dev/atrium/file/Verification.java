package dev.atrium.file;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Digest computation: reads a file chunk by chunk. Concurrent requests for one file share one computation. */
final class Verification {

    private final FileStore store;
    private final Map<String, Uni<String>> running = new ConcurrentHashMap<>();

    Verification(FileStore store) {
        this.store = store;
    }

    /** SHA-256 of a file with all chunks stored, in hexadecimal digits. Must not be subscribed to on an event loop. */
    Uni<String> sha256(StoredFile file) {
        return running.computeIfAbsent(file.id(), id -> read(file)
                .onTermination().invoke(() -> running.remove(id))
                .memoize().indefinitely());
    }

    private Uni<String> read(StoredFile file) {
        return Uni.createFrom().deferred(() -> {
            MessageDigest digest = sha256();
            return Multi.createFrom().range(0, file.chunks()).group().intoLists().of(store.readAhead())
                    .onItem()
                    .transformToUniAndConcatenate(
                            indices -> Uni.join().all(indices.stream().map(index -> read(file, index)).toList())
                                    .andFailFast().emitOn(Infrastructure.getDefaultWorkerPool()))
                    .onItem().invoke(chunks -> chunks.forEach(digest::update))
                    .onItem().ignoreAsUni()
                    .map(done -> HexFormat.of().formatHex(digest.digest()));
        });
    }

    private Uni<byte[]> read(StoredFile file, int index) {
        return store.read(file, index).onItem().ifNull().failWith(() -> new IllegalStateException("a chunk is gone"));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
