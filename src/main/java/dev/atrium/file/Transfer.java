package dev.atrium.file;

import java.util.List;

/**
 * How a file is coming.
 *
 * @param missing what is not there yet, or the first thousand ranges of it; nothing of a file that is complete
 */
public record Transfer(StoredFile file, List<ChunkRange> missing) {
}
