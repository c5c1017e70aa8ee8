package dev.atrium.file.directory;

import dev.atrium.file.StoreFullException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How much room there is.
 *
 * @param root any directory on the disk
 * @param reserve bytes that are left to others
 */
record Disk(Path root, long reserve) {

    /** What ENOSPC, EDQUOT, EFBIG and their sister on Windows are called: Java tells no number. */
    private static final List<String> FULL = List.of("No space left", "quota exceeded", "File too large", "not enough space");

    /** @throws StoreFullException if so many bytes would leave others less than the reserve */
    void require(long bytes) {
        if (root.toFile().getUsableSpace() - reserve < bytes) {
            throw new StoreFullException(null);
        }
    }

    /** What a failure to write so many bytes means. */
    RuntimeException explained(IOException failure, long bytes) {
        String message = String.valueOf(failure.getMessage());
        // The words may come in another language; that there is no room shows all the same.
        boolean full = FULL.stream().anyMatch(message::contains) || root.toFile().getUsableSpace() < bytes;
        return full ? new StoreFullException(failure) : new UncheckedIOException(failure);
    }
}
