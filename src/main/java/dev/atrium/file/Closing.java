package dev.atrium.file;

import dev.atrium.room.PublishResult;
import java.util.List;

/**
 * How the end of a transfer went.
 *
 * @param missing chunks that have to come first; none if the file is complete
 * @param receipt where the file was said in its room; null if that is too long ago to be known, or something is missing
 */
public record Closing(StoredFile file, List<ChunkRange> missing, PublishResult receipt) {

    static Closing missing(Transfer transfer) {
        return new Closing(transfer.file(), transfer.missing(), null);
    }

    static Closing complete(StoredFile file, PublishResult receipt) {
        return new Closing(file, List.of(), receipt);
    }
}
