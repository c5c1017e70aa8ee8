package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of an upload request that are accepted, and the upload that the request resumes. */
class FileRequestTest {

    private static final String DIGEST = "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @ValueSource(strings = { "a", "a b.png", "...", ".hidden", "日本.png", "👨‍👩‍👧.jpg", "a\"b'c<d>&.txt", "~", "-", "C:" })
    void any_name_that_is_no_path_is_taken_as_it_is(String name) {
        assertThat(FileRequest.of(name, 1L, null, null).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = { " ", "\t", ".", "..", "a/b", "/", "a\\b", "a\nb", "a\u0000", "\u0085", "\u007f", "a\u2028b",
            "a\u2029b", "a\u202egpj.exe",
            "a\u2066b", "a\u2069b", "\ud800", "a\udc00" })
    void a_name_that_is_none_or_a_path_or_misleads_is_refused(String name) {
        refuses(() -> FileRequest.of(name, 1L, null, null),
                "name: expected a file name of 1 to 255 bytes, without slashes and control characters");
    }

    @Test
    void a_name_has_255_bytes_of_utf8_at_most() {
        assertThat(FileRequest.of("x".repeat(255), 1L, null, null).name()).hasSize(255);
        assertThat(FileRequest.of("ü".repeat(127), 1L, null, null).name()).hasSize(127);
        refuses(() -> FileRequest.of("x".repeat(256), 1L, null, null), "name: expected a file name of 1 to 255 bytes");
        refuses(() -> FileRequest.of("ü".repeat(128), 1L, null, null), "name: expected a file name of 1 to 255 bytes");
    }

    @ParameterizedTest
    @ValueSource(longs = { 0, 1, Long.MAX_VALUE })
    void a_file_may_be_empty_and_its_limit_is_not_asked_here(long size) {
        assertThat(FileRequest.of("a", size, null, null).size()).isEqualTo(size);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(longs = { -1, Long.MIN_VALUE })
    void a_size_that_is_none_is_refused(Long size) {
        refuses(() -> FileRequest.of("a", size, null, null), "size: expected a number of bytes, from 0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "image/png                         | image/png",
            "application/vnd.oasis.x+xml       | application/vnd.oasis.x+xml",
            "text/plain;charset=utf-8          | text/plain;charset=utf-8",
            "text/plain  ; charset=\"utf-8\"   | text/plain  ; charset=\"utf-8\"",
            "a!#$&^_.+-1/b                     | a!#$&^_.+-1/b",
            "''                                | application/octet-stream",
            "                                  | application/octet-stream",
    })
    void a_media_type_is_taken_as_it_is_and_none_is_any(String type, String expected) {
        assertThat(FileRequest.of("a", 1L, type, null).type()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = { "image", "image/", "/png", "image/png/x", "image /png", "image/png ", "text/plain;charset=ü",
            "text/html\r\nX-Evil: 1",
            "text/plain; a\nb", "<script>/a", "image/png,text/html" })
    void an_invalid_media_type_is_refused(String type) {
        refuses(() -> FileRequest.of("a", 1L, type, null), "type: expected a media type, for example image/png");
    }

    @Test
    void the_parts_of_a_media_type_are_bounded() {
        String longest = "a".repeat(63) + "/" + "b".repeat(63) + ";" + "c".repeat(100);
        assertThat(FileRequest.of("a", 1L, longest, null).type()).isEqualTo(longest);
        for (String type : new String[] { "a".repeat(64) + "/b", "a/" + "b".repeat(64), "a/b;" + "c".repeat(101) }) {
            refuses(() -> FileRequest.of("a", 1L, type, null), "type: expected");
        }
    }

    @Test
    void a_digest_is_known_in_lower_case_or_not_at_all() {
        assertThat(FileRequest.of("a", 1L, null, "ABCDEF0123456789".repeat(4)).sha256())
                .isEqualTo("abcdef0123456789".repeat(4));
        assertThat(FileRequest.of("a", 1L, null, null).sha256()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "abc", "g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0" })
    void an_invalid_digest_is_refused(String digest) {
        refuses(() -> FileRequest.of("a", 1L, null, digest), "sha256: expected 64 hexadecimal digits");
    }

    @ParameterizedTest(name = "file of {0}/{1} with digest {2}, asked by {3}/{4} with digest {5}: {6}")
    @CsvSource({
            // the file: session, user, digest; the request: session, user, digest
            "s, ann, false, s, ann, false, true",
            "s, ann, false, t, ann, false, true",
            "s, ann, false, s, bob, false, false",
            "s, ann, false, s,    , false, false",
            "s,    , false, s, ann, false, false",
            "s,    , false, s,    , false, true",
            "s,    , false, t,    , false, false",
            "s,    , true,  t,    , true,  true",
            "s, ann, true,  s,    , true,  false",
            "s, ann, true,  s, ann, false, false",
            "s, ann, false, s, ann, true,  false",
            "s, ann, true,  t, ann, true,  true",
            "s, ann, true,  t, bob, true,  false",
    })
    void an_upload_continues_for_its_user_or_its_session_or_by_its_digest(String session, String user, boolean digest,
            String asking, String askingUser,
            boolean askingDigest, boolean expected) {
        StoredFile file = new StoredFile("id", "/", "room", "a.png", 7, "image/png", digest ? DIGEST : null, session, user,
                null, 10,
                1, 0,
                StoredFile.State.UPLOADING);
        assertThat(FileRequest.of("a.png", 7L, "image/png", askingDigest ? DIGEST : null).isFor(file, asking, askingUser))
                .isEqualTo(expected);
    }

    @Test
    void an_upload_continues_only_if_name_size_type_and_digest_are_the_same() {
        StoredFile file = new StoredFile("id", "/", "room", "a.png", 7, "image/png", DIGEST, "s", "ann", null, 10, 1, 0,
                StoredFile.State.UPLOADING);
        assertThat(FileRequest.of("a.png", 7L, "image/png", DIGEST).isFor(file, "s", "ann")).isTrue();
        assertThat(FileRequest.of("b.png", 7L, "image/png", DIGEST).isFor(file, "s", "ann")).isFalse();
        assertThat(FileRequest.of("a.png", 8L, "image/png", DIGEST).isFor(file, "s", "ann")).isFalse();
        assertThat(FileRequest.of("a.png", 7L, "image/jpeg", DIGEST).isFor(file, "s", "ann")).isFalse();
        assertThat(FileRequest.of("a.png", 7L, "image/png", "0".repeat(64)).isFor(file, "s", "ann")).isFalse();
    }

    private static void refuses(Runnable request, String message) {
        assertThatThrownBy(request::run)
                .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(400))
                .hasMessageStartingWith(message);
    }
}
