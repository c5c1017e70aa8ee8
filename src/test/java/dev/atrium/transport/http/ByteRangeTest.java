package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.file.StoredFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bytes of a file a request gets. */
class ByteRangeTest {

    private static final StoredFile FILE = file(10);

    @ParameterizedTest
    @CsvSource({
            "bytes=0-0, 0, 0", "bytes=0-9, 0, 9", "bytes=2-4, 2, 4", "' bytes=2-4 ', 2, 4", "bytes=9-9, 9, 9",
            "bytes=3-, 3, 9", "bytes=9-, 9, 9", "bytes=0-, 0, 9",
            "bytes=-1, 9, 9", "bytes=-10, 0, 9", "bytes=-11, 0, 9",
            "bytes=5-10, 5, 9", "bytes=5-999999999999999999, 5, 9", "bytes=-999999999999999999, 0, 9", "bytes=007-08, 7, 8",
    })
    void a_part_is_given_as_far_as_the_file_goes(String range, long first, long last) {
        ByteRange given = ByteRange.requested(FILE, range, null);
        assertThat(given).isEqualTo(new ByteRange(first, last, true));
        assertThat(given.length()).isEqualTo(last - first + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "bytes=5-4", "bytes=12-11",
            "items=0-1", "Bytes=0-1",
            "bytes=1000000000000000000-", "bytes=0-1000000000000000000", "bytes=--1", "bytes= 0-1" })
    void an_invalid_range_is_ignored_and_the_whole_file_is_sent(String range) {
        assertThat(ByteRange.requested(FILE, range, null)).isEqualTo(new ByteRange(0, 9, false));
    }

    @ParameterizedTest
    @ValueSource(strings = { "bytes=10-", "bytes=10-10", "bytes=11-20", "bytes=-0" })
    void bytes_that_there_are_not_cannot_be_given(String range) {
        assertThat(ByteRange.requested(FILE, range, null)).isNull();
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', value = { "'\"abc\"', true", "' \"abc\" ', true", "'\"abd\"', false", "abc, false",
            "'W/\"abc\"', false", "'', false" })
    void a_client_that_has_a_part_of_another_file_is_given_the_whole(String ifRange, boolean part) {
        assertThat(ByteRange.requested(FILE, "bytes=2-4", ifRange).isPart()).isEqualTo(part);
    }

    @Test
    void without_a_range_the_whole_is_given() {
        assertThat(ByteRange.requested(FILE, null, null)).isEqualTo(new ByteRange(0, 9, false));
        assertThat(ByteRange.requested(FILE, null, "\"abc\"").length()).isEqualTo(10);
    }

    @Test
    void of_an_empty_file_there_is_the_whole_and_no_part() {
        assertThat(ByteRange.requested(file(0), null, null).length()).isZero();
        assertThat(ByteRange.requested(file(0), "bytes=0-", null)).isNull();
        assertThat(ByteRange.requested(file(0), "bytes=-1", null)).isNull();
    }

    static StoredFile file(long size) {
        return file("a.txt", "text/plain", size);
    }

    static StoredFile file(String name, String type, long size) {
        return new StoredFile("id", "/", "r", name, size, type, "abc", "s", "ann", null, 4, 1, 2, StoredFile.State.PUBLISHED);
    }
}
