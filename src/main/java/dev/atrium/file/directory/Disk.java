package dev.atrium.file.directory;

import dev.atrium.file.StoreFullException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Free space of a disk.
 *
 * @param root any directory on the disk
 * @param reserve bytes that are left free for other programs
 */
record Disk(Path root, long reserve) {

    /** Messages of ENOSPC, EDQUOT, EFBIG and their equivalent on Windows, because Java gives no error number. */
    private static final List<String> FULL = List.of("No space left", "quota exceeded", "File too large", "not enough space");

    /** @throws StoreFullException if writing so many bytes would leave less than the reserve */
    void require(long bytes) {
        if (hasLess(bytes, reserve)) {
            throw new StoreFullException(null);
        }
    }

    /** Java gives 0, and no error, for a directory that is gone or out of reach, which is not a full disk. */
    private boolean hasLess(long bytes, long left) {
        return root.toFile().getUsableSpace() - left < bytes && root.toFile().getTotalSpace() > 0;
    }

    /** The exception for a failure to write so many bytes. */
    RuntimeException explained(IOException failure, long bytes) {
        String message = String.valueOf(failure.getMessage());
        // The message may be in another language, so the free space is checked, too.
        boolean full = FULL.stream().anyMatch(message::contains) || hasLess(bytes, 0);
        return full ? new StoreFullException(failure) : new UncheckedIOException(failure);
    }
}
