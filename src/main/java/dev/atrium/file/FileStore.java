package dev.atrium.file;

import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/**
 * Port of the file stores, for complete files and uploads in progress. All replicas of one installation share one store: a
 * replica can continue an upload that another one has begun.
 *
 * <p>
 * A store checks neither permissions nor quotas; its caller does. Methods are called from any thread and block none; what they
 * return completes on any thread. They fail with a {@link StoreFullException} if there is no room left, in which case the
 * stored files have not changed, and with any other exception if the store is unreachable.
 */
public interface FileStore {

    Uni<Void> create(StoredFile file);

    /** Description of a file, or null if there is none with that id. */
    Uni<StoredFile> find(String id);

    /** All files and uploads. */
    Uni<List<StoredFile>> list();

    /**
     * Stores a chunk. The same chunk may be written twice, also concurrently; the last write wins.
     *
     * @param bytes as many as {@link StoredFile#length} returns; the caller owns them again when the {@code Uni} has completed
     * @return whether the file exists and is {@link StoredFile.State#COMING}, so that the chunk was stored
     */
    Uni<Boolean> write(StoredFile file, int index, ByteBuffer bytes);

    /** Chunks that are stored; none if the file does not exist. */
    Uni<BitSet> present(StoredFile file);

    /** One chunk, or null if it is not stored. */
    Uni<byte[]> read(StoredFile file, int index);

    /** Chunks that a reader requests concurrently; more than one only if the latency is high, because each is in memory. */
    default int readAhead() {
        return 1;
    }

    /**
     * Stores a description of a file. States only advance: a file that another replica has advanced further stays as it is. A
     * complete file survives a power failure.
     *
     * @return the description that is stored then, or null if the file no longer exists
     */
    Uni<StoredFile> update(StoredFile file);

    /** Deletes the chunks of a file, unless it is complete, and accepts chunks again. */
    Uni<Void> clear(StoredFile file);

    /** Deletes a file with its chunks. A file that does not exist is no failure. */
    Uni<Void> delete(StoredFile file);

    /**
     * Uploads that are not complete and have received no chunk since that time.
     *
     * @param before epoch milliseconds
     */
    Uni<List<StoredFile>> abandoned(long before);

    /**
     * Whether an upload has received no chunk since that time.
     *
     * @param before epoch milliseconds
     */
    Uni<Boolean> isAbandoned(StoredFile file, long before);
}
