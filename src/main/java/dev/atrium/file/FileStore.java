package dev.atrium.file;

import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/**
 * Where files are kept, whole ones and those that are still coming. All replicas of one installation share one: what one
 * writes, the others can go on with.
 *
 * <p>It knows nothing of who may and of how much: that is asked before. Methods are called from any thread and block none;
 * what they return completes on any thread. They fail with a {@link StoreFullException} if there is no room left, in which case
 * nothing that was there before has changed, and with anything else if the store is out of reach.
 */
public interface FileStore {

    /** Begins a file, of which nothing is there yet. */
    Uni<Void> create(StoredFile file);

    /** What is known of a file, or null if there is none of that id. */
    Uni<StoredFile> find(String id);

    /** All of them. */
    Uni<List<StoredFile>> list();

    /**
     * Takes a chunk. The same one may come twice, also at the same time; the last one stays.
     *
     * @param bytes as many as {@link StoredFile#length} says; they are the caller's again when the {@code Uni} has completed
     * @return whether the file was there to take it, and {@link StoredFile.State#COMING}
     */
    Uni<Boolean> write(StoredFile file, int index, ByteBuffer bytes);

    /** Which chunks are there; none if the file is not. */
    Uni<BitSet> present(StoredFile file);

    /** One chunk, or null if it is not there. */
    Uni<byte[]> read(StoredFile file, int index);

    /** How many chunks whoever reads a file from one end to the other asks for together: more than one only where each takes its time, because each is memory. */
    default int readAhead() {
        return 1;
    }

    /**
     * Takes note of what is known of a file by now. A file only goes forward: one that another replica has brought further stays as it
     * is. One that is complete outlives a loss of power.
     *
     * @return what is known then, or null if the file is no longer there
     */
    Uni<StoredFile> update(StoredFile file);

    /** Forgets the chunks of a file, unless it is complete, and takes them again. */
    Uni<Void> clear(StoredFile file);

    /** Removes a file with all that belongs to it. That it is not there is no failure. */
    Uni<Void> delete(StoredFile file);

    /**
     * Those that are not complete and that nobody has written to for a while.
     *
     * @param before epoch milliseconds
     */
    Uni<List<StoredFile>> abandoned(long before);
}
