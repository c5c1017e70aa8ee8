package dev.atrium.file;

import dev.atrium.room.PublishResult;
import java.util.List;

/**
 * Result of the end of an upload.
 *
 * @param missing chunks that are still missing; empty if the file is complete
 * @param result of the file's publication in its room; null if that was too long ago to be known, or chunks are missing
 */
public record UploadResult(StoredFile file, List<ChunkRange> missing, PublishResult result) {

    static UploadResult missing(Transfer transfer) {
        return new UploadResult(transfer.file(), transfer.missing(), null);
    }

    static UploadResult complete(StoredFile file, PublishResult result) {
        return new UploadResult(file, List.of(), result);
    }
}
