package dev.atrium.file;

import dev.atrium.gateway.ErrorReply;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/** Store of a server without files: {@code atrium.file.store=none}. Every operation fails with 404. */
final class NoStore implements FileStore {

    static final NoStore INSTANCE = new NoStore();

    private NoStore() {
    }

    @Override
    public Uni<Void> create(StoredFile file) {
        return none();
    }

    @Override
    public Uni<StoredFile> find(String id) {
        return none();
    }

    @Override
    public Uni<List<StoredFile>> list() {
        return none();
    }

    @Override
    public Uni<Boolean> write(StoredFile file, int index, ByteBuffer bytes) {
        return none();
    }

    @Override
    public Uni<BitSet> present(StoredFile file) {
        return none();
    }

    @Override
    public Uni<byte[]> read(StoredFile file, int index) {
        return none();
    }

    @Override
    public Uni<StoredFile> update(StoredFile file) {
        return none();
    }

    @Override
    public Uni<Void> clear(StoredFile file) {
        return none();
    }

    @Override
    public Uni<Void> delete(StoredFile file) {
        return none();
    }

    @Override
    public Uni<List<StoredFile>> abandoned(long before) {
        return none();
    }

    @Override
    public Uni<Boolean> isAbandoned(StoredFile file, long before) {
        return none();
    }

    private static <T> Uni<T> none() {
        return Uni.createFrom().failure(() -> new ErrorReply(404, "file: this server keeps no files"));
    }
}
