package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are too large or too many, and the errors that the client is sent. */
class QuotasTest {

    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;
    private static final int CHUNK = 256 * 1024;

    /** One file 100 bytes, a room 200, a user 300, all 400; 3 files in a room, 4 of a user, 5 in all, 2 unfinished. */
    private final Quotas quotas = new Quotas(100, 200, 300, 400, 3, 4, 5, 2);

    @Test
    void a_file_may_be_as_large_as_the_limit_and_no_larger() {
        accepts(List.of(), file("a", "s", "ann", 100));
        refuses(List.of(), file("a", "s", "ann", 101), 413, "size: expected at most 100 bytes");
    }

    @Test
    void the_files_of_a_room_are_limited_in_bytes() {
        List<StoredFile> all = List.of(whole("a", "s", "ann", 100), whole("b", "s", "ann", 90));
        accepts(all, file("a", "s", "bob", 100));
        accepts(List.of(all.get(0), whole("a", "s", "bob", 1)), file("a", "s", "eve", 99));
        refuses(List.of(all.get(0), whole("a", "s", "bob", 1)), file("a", "s", "eve", 100), 507,
                "room: its files may have 200 bytes together, and have 101");
    }

    @Test
    void the_files_of_a_user_are_limited_in_bytes_over_all_rooms() {
        List<StoredFile> all = List.of(whole("a", "s", "ann", 100), whole("b", "t", "ann", 100), whole("c", "s", "bob", 50));
        accepts(all, file("d", "s", "ann", 100));
        refuses(List.of(all.get(0), all.get(1), whole("c", "s", "ann", 1)), file("d", "s", "ann", 100), 507,
                "the files of this user may have 300 bytes together, and have 201");
    }

    @Test
    void the_files_of_a_user_are_limited_in_number_although_empty_files_have_no_bytes() {
        List<StoredFile> all = List.of(whole("a", "s", "ann", 0), whole("b", "s", "ann", 0), whole("c", "s", "ann", 0),
                whole("d", "s", "ann", 0));
        accepts(all.subList(0, 3), file("e", "s", "ann", 0));
        refuses(all, file("e", "s", "ann", 0), 507, "this user may have 4 files, and has as many");
        accepts(all, file("e", "s", "bob", 0));
    }

    @Test
    void files_of_anonymous_clients_are_not_those_of_one_user() {
        List<StoredFile> all = List.of(whole("a", "s", null, 100), whole("b", "s", null, 100), whole("c", "s", null, 100));
        accepts(all, file("d", "s", null, 100));
        accepts(all, file("d", "s", "ann", 100));
    }

    @Test
    void files_of_anonymous_clients_count_by_their_address() {
        List<StoredFile> all = List.of(from("10.0.0.1", "a", 100), from("10.0.0.1", "b", 100), from("10.0.0.1", "c", 1));
        accepts(all, from("10.0.0.1", "d", 99));
        refuses(all, from("10.0.0.1", "d", 100), 507,
                "the files of clients without a user at this address may have 300 bytes together, and have 201");
        accepts(all, from("10.0.0.2", "d", 100));
        accepts(all, from(null, "d", 100));
        accepts(all, file("d", "s", "ann", 100));
    }

    private static StoredFile from(String address, String room, long size) {
        return new StoredFile("id", "/", room, "n", size, "t/t", null, "s", null, address, 10, 1, 2,
                StoredFile.State.PUBLISHED);
    }

    @Test
    void all_files_are_limited_in_bytes() {
        List<StoredFile> all = List.of(whole("a", "s", "ann", 100), whole("b", "s", "bob", 100), whole("c", "s", "eve", 100));
        accepts(all, file("d", "s", "zoe", 100));
        refuses(List.of(all.get(0), all.get(1), all.get(2), whole("d", "s", "kim", 1)), file("e", "s", "zoe", 100), 507,
                "all files of this server may have 400 bytes together, and have 301");
    }

    @Test
    void the_files_of_a_room_are_limited_in_number() {
        List<StoredFile> all = List.of(whole("a", "s", "ann", 1), whole("a", "s", "ann", 1), whole("b", "s", "ann", 1));
        accepts(all, file("a", "s", "ann", 1));
        refuses(List.of(all.get(0), all.get(1), whole("a", "t", "bob", 0)), file("a", "s", "ann", 1), 507,
                "room: it has 3 files, and may not have more");
    }

    @Test
    void rooms_of_the_same_name_in_two_namespaces_are_two() {
        StoredFile other = new StoredFile("id", "/chat", "a", "n", 100, "t/t", null, "s", "bob", null, 10, 1, 2,
                StoredFile.State.PUBLISHED);
        accepts(List.of(other, other, other), file("a", "s", "ann", 1));
    }

    @Test
    void all_files_are_limited_in_number() {
        List<StoredFile> all = List.of(whole("a", "s", "ann", 1), whole("b", "s", "ann", 1), whole("c", "s", "ann", 1),
                whole("d", "s", "eve", 1));
        accepts(all, file("e", "s", "bob", 1));
        refuses(List.of(all.get(0), all.get(1), all.get(2), all.get(3), whole("e", "s", "bob", 1)), file("f", "s", "bob", 1),
                507,
                "this server has as many files as it may");
    }

    @ParameterizedTest(name = "{0}/{1} and {2}/{3} send one file each, {4}/{5} another: refused {6}")
    @CsvSource({
            // sessions and users of two files that are sent, and of one more
            "s, ann, t, ann, u, ann, true",
            "s, ann, t, bob, u, ann, false",
            "s, ann, s, bob, s, ann, false",
            "s,    , s,    , s,    , true",
            "s,    , t,    , s,    , false",
            "s, ann, s, ann, s,    , false",
            "s,    , s,    , s, ann, false",
    })
    void a_user_or_an_anonymous_session_uploads_only_so_many_files_at_once(String session1, String user1, String session2,
            String user2,
            String session3, String user3, boolean refused) {
        List<StoredFile> all = List.of(file("a", session1, user1, 1), file("b", session2, user2, 1));
        if (refused) {
            refuses(all, file("c", session3, user3, 1), 429, "2 files are being sent already; finish or abort some");
        } else {
            accepts(all, file("c", session3, user3, 1));
        }
    }

    @Test
    void files_that_are_complete_are_not_being_sent() {
        accepts(List.of(whole("a", "s", "ann", 1), whole("b", "s", "ann", 1).as(StoredFile.State.PUBLISHED)),
                file("c", "s", "ann", 1));
        refuses(List.of(file("a", "s", "ann", 1), file("b", "s", "ann", 1).as(StoredFile.State.SEALED)),
                file("c", "s", "ann", 1), 429,
                "2 files are being sent already; finish or abort some");
    }

    @Test
    void the_default_quotas_depend_on_where_files_are_kept() {
        Quotas large = new Quotas(2 * GIB, 10 * GIB, 10 * GIB, 50 * GIB, 1000, 2000, 10_000, 32);
        assertThat(Quotas.of(config(Map.of()), FileConfig.Kind.DIRECTORY, CHUNK)).isEqualTo(large);
        assertThat(Quotas.of(config(Map.of()), FileConfig.Kind.S3, CHUNK)).isEqualTo(large);
        assertThat(Quotas.of(config(Map.of()), FileConfig.Kind.REDIS, CHUNK))
                .isEqualTo(new Quotas(16 * MIB, 64 * MIB, 64 * MIB, 256 * MIB, 1000, 2000, 10_000, 32));
    }

    @Test
    void configured_quotas_hold_wherever_files_are_kept() {
        FileConfig config = config(
                Map.of("atrium.file.max-size", "1M", "atrium.file.room-bytes", "2M", "atrium.file.user-bytes", "3M",
                        "atrium.file.total-bytes", "4M", "atrium.file.room-files", "5", "atrium.file.user-files", "6",
                        "atrium.file.total-files", "7", "atrium.file.unfinished", "8"));
        for (FileConfig.Kind kind : FileConfig.Kind.values()) {
            assertThat(Quotas.of(config, kind, CHUNK)).isEqualTo(new Quotas(MIB, 2 * MIB, 3 * MIB, 4 * MIB, 5, 6, 7, 8));
        }
    }

    @Test
    void a_file_has_no_more_chunks_than_can_be_kept_in_mind() {
        assertThat(Quotas.of(config(Map.of("atrium.file.max-size", "9G")), FileConfig.Kind.DIRECTORY, 1024).size())
                .isEqualTo(GIB);
        assertThat(Quotas.of(config(Map.of("atrium.file.max-size", "9G")), FileConfig.Kind.DIRECTORY, CHUNK).size())
                .isEqualTo(9 * GIB);
    }

    private void accepts(List<StoredFile> all, StoredFile more) {
        assertThatCode(() -> quotas.check(all, more)).doesNotThrowAnyException();
    }

    private void refuses(List<StoredFile> all, StoredFile more, int code, String message) {
        assertThatThrownBy(() -> quotas.check(all, more)).isInstanceOfSatisfying(ErrorReply.class,
                error -> assertThat(error.code()).isEqualTo(code)).hasMessage(message);
    }

    private static StoredFile file(String room, String session, String user, long size) {
        return SampleFiles.coming("id", room, session, user, size);
    }

    private static StoredFile whole(String room, String session, String user, long size) {
        return SampleFiles.whole("id", room, session, user, size);
    }

    private static FileConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder().withMapping(FileConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build().getConfigMapping(FileConfig.class);
    }
}
