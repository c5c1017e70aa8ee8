package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is UTF-8, and what is not. */
class Utf8Test {

    @ParameterizedTest
    @ValueSource(strings = { "", "a", "\u0000", "é", "漢", "😀", "\ufffd", "a\ufffd😀" })
    void text_is_decoded(String text) throws CharacterCodingException {
        assertThat(Utf8.decode(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
    }

    /** A byte alone, cut, of another charset, too long for its character, a surrogate, beyond Unicode; after U+FFFD, too. */
    @ParameterizedTest
    @ValueSource(strings = { "80", "c3", "e6bc", "f09f98", "61e9", "c080", "e08080", "eda080", "f4908080", "ff", "efbfbd80",
            "80efbfbd" })
    void malformed_bytes_are_rejected(String hex) {
        assertThatThrownBy(() -> Utf8.decode(HexFormat.of().parseHex(hex))).isInstanceOf(CharacterCodingException.class);
    }

    /** Large messages fill the heap of a small replica many times a second. */
    @Test
    void a_large_text_is_copied_once() throws CharacterCodingException {
        byte[] large = new byte[1_000_000];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(Utf8.decode(large)).hasSize(large.length);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_500_000);
    }
}
