package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which chunks of a file are missing. */
class ChunkRangeTest {

    @ParameterizedTest(name = "{0} of {1}: {2}")
    @CsvSource(nullValues = "-", value = {
            "-,         0, -",
            "-,         1, 0-0",
            "-,         5, 0-4",
            "0,         1, -",
            "0 1 2,     3, -",
            "0,         5, 1-4",
            "4,         5, 0-3",
            "2,         5, 0-1 3-4",
            "0 4,       5, 1-3",
            "1 3,       5, 0-0 2-2 4-4",
            "0 2 4,     5, 1-1 3-3",
            "0 1 7,     5, 2-4",
            "5,         5, 0-4",
    })
    void missing_chunks_are_listed_in_ranges(String present, int chunks, String missing) {
        BitSet bits = new BitSet();
        if (present != null) {
            for (String index : present.split(" ")) {
                bits.set(Integer.parseInt(index));
            }
        }
        String ranges = ChunkRange.missing(bits, chunks).stream().map(range -> range.first() + "-" + range.last())
                .collect(Collectors.joining(" "));
        assertThat(ranges).isEqualTo(missing == null ? "" : missing);
    }

    @Test
    void only_the_first_thousand_ranges_are_listed() {
        BitSet odd = new BitSet();
        for (int i = 1; i < 3000; i += 2) {
            odd.set(i);
        }
        List<ChunkRange> missing = ChunkRange.missing(odd, 3000);
        assertThat(missing).hasSize(1000).startsWith(new ChunkRange(0, 0)).endsWith(new ChunkRange(1998, 1998));
        assertThat(ChunkRange.missing(odd, 2000)).hasSize(1000);
    }
}
