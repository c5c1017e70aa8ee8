package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.atrium.room.RoomId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata of a file, as it is computed, stored and sent. */
class StoredFileTest {

    private static final StoredFile WHOLE = new StoredFile("id_1-A", "/", "lobby", "a \"b\" ü.png", 25, "image/png", "00ff",
            "s", "ann", null, 10, 5, 6,
            StoredFile.State.VERIFIED);

    @ParameterizedTest(name = "{0} bytes are {1} chunks, the last of {2}")
    @CsvSource({ "1, 1, 1", "9, 1, 9", "10, 1, 10", "11, 2, 1", "20, 2, 10", "25, 3, 5", "10737418245, 1073741825, 5" })
    void the_last_chunk_is_what_is_left(long size, int chunks, int last) {
        StoredFile file = SampleFiles.coming("id", "room", "s", null, size);
        assertThat(file.chunks()).isEqualTo(chunks);
        assertThat(file.length(chunks - 1)).isEqualTo(last);
        assertThat(file.offset(chunks - 1)).isEqualTo(size - last);
        assertThat(file.length(0)).isEqualTo((int) Math.min(10, size));
        assertThat(file.offset(0)).isZero();
    }

    @Test
    void an_empty_file_has_no_chunks() {
        assertThat(SampleFiles.coming("id", "room", "s", null, 0).chunks()).isZero();
    }

    @ParameterizedTest
    @CsvSource({ "UPLOADING, false", "SEALED, false", "VERIFIED, true", "PUBLISHED, true" })
    void a_file_is_complete_once_it_is_verified(StoredFile.State state, boolean complete) {
        assertThat(WHOLE.as(state).isComplete()).isEqualTo(complete);
    }

    @Test
    void a_state_is_after_every_earlier_one_and_not_after_itself() {
        for (StoredFile.State one : StoredFile.State.values()) {
            for (StoredFile.State other : StoredFile.State.values()) {
                assertThat(WHOLE.as(one).isAfter(WHOLE.as(other))).as("%s after %s", one, other)
                        .isEqualTo(one.ordinal() > other.ordinal());
            }
        }
    }

    @Test
    void a_file_that_is_completed_has_its_digest_and_time_and_is_else_the_same() {
        StoredFile coming = SampleFiles.coming("id", "room", "s", "ann", 25);
        assertThat(coming.completed("abc", 99))
                .isEqualTo(new StoredFile("id", "/", "room", "a.png", 25, "image/png", "abc", "s", "ann", null, 10, 1, 99,
                        StoredFile.State.VERIFIED));
        assertThat(coming.roomId()).isEqualTo(RoomId.of("/", "room"));
    }

    @Test
    void the_metadata_of_a_file_is_read_as_it_was_written() {
        for (StoredFile.State state : StoredFile.State.values()) {
            assertThat(StoredFileCodec.decode(StoredFileCodec.encode(WHOLE.as(state)))).isEqualTo(WHOLE.as(state));
        }
        StoredFile little = new StoredFile("id", "/", "room", "n", 0, "t/t", null, null, null, null, 1, 1, 0,
                StoredFile.State.UPLOADING);
        assertThat(StoredFileCodec.decode(StoredFileCodec.encode(little))).isEqualTo(little);
    }

    @ParameterizedTest
    @CsvSource({ "UPLOADING, COMING", "SEALED, SEALED", "VERIFIED, WHOLE", "PUBLISHED, SAID" })
    void states_are_stored_under_the_names_that_earlier_releases_and_scripts_read(StoredFile.State state, String stored) {
        assertThat(new String(StoredFileCodec.encode(WHOLE.as(state)), StandardCharsets.UTF_8))
                .contains("\"state\":\"" + stored + "\"");
    }

    @Test
    void computed_fields_are_not_written_and_fields_of_a_newer_replica_are_ignored() {
        String json = new String(StoredFileCodec.encode(WHOLE), StandardCharsets.UTF_8);
        assertThat(json).doesNotContain("complete\"", "\"chunks", "roomId");
        assertThat(StoredFileCodec.decode(json.replaceFirst("\\{", "{\"new\":[1],").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(WHOLE);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "{", "[]", "{\"state\":\"LOST\"}" })
    void unreadable_metadata_is_an_error(String json) {
        assertThatThrownBy(() -> StoredFileCodec.decode(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UncheckedIOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = { "a", "A-z_09", "-", "_", "0123456789abcdefghijklmn" })
    void an_id_of_letters_digits_and_two_more_characters_is_safe(String id) {
        assertThat(SafeId.matches(id)).isTrue();
        assertThat(SafeId.require(id)).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", ".", "..", "a/b", "a\\b", "a b", "a.b", "ü", "a\n", "\u0000", "a%2fb", "a:b",
            "01234567890123456789012345678901234567890123456789012345678901234" })
    void any_other_id_is_not(String id) {
        assertThat(SafeId.matches(id)).isFalse();
        assertThatThrownBy(() -> SafeId.require(id)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected an id of 1 to 64 letters, digits, _ and -");
    }

    @Test
    void the_room_is_sent_all_that_a_client_needs_to_show_and_to_fetch_a_file() {
        assertThat(FileJson.data(WHOLE))
                .isEqualTo("{\"id\":\"id_1-A\",\"name\":\"a \\\"b\\\" ü.png\",\"size\":25,\"type\":\"image/png\","
                        + "\"sha256\":\"00ff\",\"url\":\"/rooms/lobby/files/id_1-A\"}");
        assertThat(FileJson.data(SampleFiles.coming("id", "lobby", "s", null, 1))).doesNotContain("sha256");
    }

    @ParameterizedTest
    @CsvSource({
            "/,     'a b/c',  /rooms/a%20b%2Fc/files/id",
            "/,     'ü?#&+',  /rooms/%C3%BC%3F%23%26%2B/files/id",
            "/chat, lobby,    /rooms/lobby/files/id?ns=%2Fchat",
            "/a b,  lobby,    /rooms/lobby/files/id?ns=%2Fa%20b",
    })
    void names_of_rooms_are_escaped_in_the_url_of_a_file(String namespace, String room, String url) {
        StoredFile file = new StoredFile("id", namespace, room, "n", 1, "t/t", null, "s", null, null, 10, 1, 2,
                StoredFile.State.PUBLISHED);
        assertThat(FileJson.data(file)).endsWith("\"url\":\"" + url + "\"}");
    }

    @Test
    void a_client_is_sent_the_missing_chunks_of_its_upload() throws IOException {
        StoredFile file = SampleFiles.coming("id", "lobby", "s", null, 95);
        assertThat(json(new Transfer(file, List.of(new ChunkRange(0, 3), new ChunkRange(9, 9)))))
                .isEqualTo(
                        "{\"file\":\"id\",\"name\":\"a.png\",\"size\":95,\"type\":\"image/png\",\"chunk\":10,\"missing\":[[0,3],[9,9]]}");
        assertThat(json(new Transfer(WHOLE, List.of()))).endsWith("\"sha256\":\"00ff\",\"chunk\":10,\"missing\":[]}");
    }

    @Test
    void the_exception_of_a_full_store_names_its_cause() {
        IOException cause = new IOException("no space left");
        assertThat(new StoreFullException(cause)).hasMessage("no room is left for files").hasCause(cause);
        assertThatCode(() -> new StoreFullException(null)).doesNotThrowAnyException();
    }

    private static String json(Transfer transfer) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            FileJson.writeFields(transfer, json);
            json.writeEndObject();
        }
        return text.toString();
    }
}
