package dev.atrium.file;

import dev.atrium.room.PublishResult;
import java.util.List;

/**
 * How the end of a transfer went.
 *
 * @param missing chunks that have to come first; none if the file is complete
 * @param receipt where the file was said in its room; null if that is too long ago to be known, or something is missing
 */
public record UploadResult(StoredFile file, List<ChunkRange> missing, PublishResult receipt) {

    static UploadResult missing(Transfer transfer) {
        return new UploadResult(transfer.file(), transfer.missing(), null);
    }

    static UploadResult complete(StoredFile file, PublishResult receipt) {
        return new UploadResult(file, List.of(), receipt);
    }
}
