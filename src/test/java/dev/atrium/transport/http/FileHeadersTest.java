package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Response headers of an uploaded file, which browsers must not execute. */
class FileHeadersTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "image/png                  | image/png",
            "IMAGE/JPEG                 | image/jpeg",
            "video/mp4; codecs=avc1     | video/mp4",
            "audio/flac                 | audio/flac",
            "text/plain                 | text/plain; charset=utf-8",
            "' text/plain ;charset=x'   | text/plain; charset=utf-8",
    })
    void a_file_that_cannot_run_is_shown(String type, String shownAs) {
        assertThat(FileHeaders.of(ByteRangeTest.file("a", type, 1)))
                .containsEntry("Content-Type", shownAs)
                .containsEntry("Content-Disposition", "inline; filename=\"a\"; filename*=UTF-8''a");
    }

    @ParameterizedTest
    @ValueSource(strings = { "text/html", "image/svg+xml", "application/pdf", "text/javascript", "application/xhtml+xml",
            "text/plainer", "image/*", "",
            "nonsense" })
    void anything_else_is_bytes_to_be_saved(String type) {
        assertThat(FileHeaders.of(ByteRangeTest.file("a", type, 1)))
                .containsEntry("Content-Type", "application/octet-stream")
                .containsEntry("Content-Disposition", "attachment; filename=\"a\"; filename*=UTF-8''a");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "a b.txt      | a b.txt    | a%20b.txt",
            "\u00fc.txt   | _.txt      | %C3%BC.txt",
            "a\"b\\c%d    | a_b_c_d    | a%22b%5Cc%25d",
            "a+b*c~d      | a+b*c~d    | a%2Bb%2Ac%7Ed",
            "\ud83d\ude00 | _          | %F0%9F%98%80",
            "`a\r\nb`     | a__b       | a%0D%0Ab",
            "../a;b'c     | ../a;b'c   | ..%2Fa%3Bb%27c",
            "`~ \u007f`   | `~ _`      | %7E%20%7F",
    })
    void a_name_is_sent_in_ascii_and_exactly_and_ends_no_header(String name, String ascii, String exact) {
        assertThat(FileHeaders.of(ByteRangeTest.file(name, "text/html", 1)).get("Content-Disposition"))
                .isEqualTo("attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + exact);
    }

    @Test
    void nothing_in_a_file_may_run_and_whether_it_may_be_had_is_asked_again() {
        assertThat(FileHeaders.of(ByteRangeTest.file(1)))
                .containsEntry("X-Content-Type-Options", "nosniff")
                .containsEntry("Content-Security-Policy",
                        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox")
                .containsEntry("Cache-Control", "private, no-cache")
                .containsEntry("Accept-Ranges", "bytes")
                .containsEntry("ETag", "\"abc\"")
                .hasSize(7);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = { "``, false", "*, true", "\"abc\", true", "W/\"abc\", true",
            "\"x\" \"abc\", true", "\"x\" W/\"abc\", true", "\"x\", false", "abc, false", "* \"x\", false" })
    void a_client_that_has_the_file_is_known_by_its_tag(String ifNoneMatch, boolean known) {
        List<String> elements = ifNoneMatch.isEmpty() ? List.of() : List.of(ifNoneMatch.split(" "));
        assertThat(FileHeaders.isKnown(ByteRangeTest.file(1), elements)).isEqualTo(known);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = { "``, false", "*, false", "\"abc\", false", "\"x\" \"abc\", false",
            "\"x\", true", "abc, true", "W/\"abc\", true" })
    void a_client_that_wants_another_file_says_so_with_a_strong_tag(String ifMatch, boolean other) {
        List<String> elements = ifMatch.isEmpty() ? List.of() : List.of(ifMatch.split(" "));
        assertThat(FileHeaders.isOther(ByteRangeTest.file(1), elements)).isEqualTo(other);
    }
}
