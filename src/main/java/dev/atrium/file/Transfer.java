package dev.atrium.file;

import java.util.List;

/**
 * State of an upload.
 *
 * @param missing chunks that are not stored yet, or the first thousand ranges of them; empty for a complete file
 */
public record Transfer(StoredFile file, List<ChunkRange> missing) {
}
