package dev.atrium.file;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Range of consecutive chunks, both ends inclusive. */
public record ChunkRange(int first, int last) {

    /** Maximum number of ranges in one reply; for more, a client asks again. */
    private static final int MAX_RANGES = 1_000;

    /** Ranges of the chunks that are missing, at most the first thousand. */
    static List<ChunkRange> missing(BitSet present, int chunks) {
        List<ChunkRange> missing = new ArrayList<>();
        for (int first = present.nextClearBit(0); first < chunks && missing.size() < MAX_RANGES;) {
            int next = present.nextSetBit(first);
            int end = next < 0 || next > chunks ? chunks : next;
            missing.add(new ChunkRange(first, end - 1));
            first = present.nextClearBit(end);
        }
        return missing;
    }
}
