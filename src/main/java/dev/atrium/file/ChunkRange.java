package dev.atrium.file;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Chunks that follow each other, both ends among them. */
public record ChunkRange(int first, int last) {

    /** Beyond so many a client asks again. */
    private static final int MOST = 1_000;

    /** What is not there of so many chunks, the first thousand ranges of it. */
    static List<ChunkRange> missing(BitSet present, int chunks) {
        List<ChunkRange> missing = new ArrayList<>();
        for (int first = present.nextClearBit(0); first < chunks && missing.size() < MOST;) {
            int next = present.nextSetBit(first);
            int end = next < 0 || next > chunks ? chunks : next;
            missing.add(new ChunkRange(first, end - 1));
            first = present.nextClearBit(end);
        }
        return missing;
    }
}
