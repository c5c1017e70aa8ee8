package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.file.ChunkRange;
import dev.atrium.file.StoredFile;
import dev.atrium.file.Transfer;
import dev.atrium.file.UploadResult;
import dev.atrium.room.PublishResult;
import dev.atrium.room.StreamPosition;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exact replies about files in the session protocol. */
class FileRepliesTest {

    @Test
    void the_reply_to_a_transfer_lists_the_missing_chunks() {
        assertThat(WithSession.text(FileReplies.transfer(1L,
                new Transfer(file("/", "r", null), List.of(new ChunkRange(0, 0), new ChunkRange(2, 4))))))
                .isEqualTo(
                        "{\"seq\":1,\"code\":200,\"body\":{\"file\":\"id\",\"name\":\"a.txt\",\"size\":9,\"type\":\"text/plain\",\"chunk\":2,"
                                + "\"missing\":[[0,0],[2,4]]}}");
        assertThat(WithSession.text(FileReplies.transfer(null, new Transfer(file("/", "r", "ab"), List.of()))))
                .isEqualTo(
                        "{\"code\":200,\"body\":{\"file\":\"id\",\"name\":\"a.txt\",\"size\":9,\"type\":\"text/plain\",\"sha256\":\"ab\",\"chunk\":2,"
                                + "\"missing\":[]}}");
    }

    @ParameterizedTest
    @CsvSource({ "/, r, /rooms/r/files/id", "/, a b/\u00fc, /rooms/a%20b%2F%C3%BC/files/id",
            "/chat, r, /rooms/r/files/id?ns=%2Fchat" })
    void a_file_that_is_complete_has_a_url(String namespace, String room, String url) {
        assertThat(WithSession.text(FileReplies.closed(2L, new UploadResult(file(namespace, room, "ab"), List.of(), null))))
                .isEqualTo(
                        "{\"seq\":2,\"code\":200,\"body\":{\"id\":\"id\",\"name\":\"a.txt\",\"size\":9,\"type\":\"text/plain\",\"sha256\":\"ab\","
                                + "\"url\":\"" + url + "\"}}");
    }

    @Test
    void the_position_at_which_a_file_was_published_is_sent_if_it_is_known() {
        PublishResult receipt = new PublishResult(new StreamPosition("E", 7), 5_000);
        assertThat(WithSession.text(FileReplies.closed(2L, new UploadResult(file("/", "r", "ab"), List.of(), receipt))))
                .endsWith("\"url\":\"/rooms/r/files/id\",\"epoch\":\"E\",\"offset\":7,\"at\":5}}");
    }

    @Test
    void an_upload_that_ends_too_early_is_refused_with_what_has_to_come_first() {
        assertThat(WithSession.text(FileReplies.missing(3L, List.of(new ChunkRange(1, 2)))))
                .isEqualTo("{\"seq\":3,\"code\":409,\"error\":\"file: chunks are missing\",\"body\":{\"missing\":[[1,2]]}}");
    }

    @Test
    void a_chunk_is_a_line_of_json_and_its_bytes() {
        CommandFrame command = CommandParser.parse("{\"seq\":4,\"cmd\":\"read\",\"params\":{\"file\":\"id\",\"index\":3}}",
                false);
        byte[] frame = FileReplies.chunk(command, "\nbytes\n".getBytes());
        assertThat(frame[0]).isEqualTo((byte) 0x82);
        assertThat(WithSession.text(frame))
                .isEqualTo("{\"seq\":4,\"code\":200,\"body\":{\"file\":\"id\",\"index\":3}}\n\nbytes\n");
    }

    private static StoredFile file(String namespace, String room, String sha256) {
        return new StoredFile("id", namespace, room, "a.txt", 9, "text/plain", sha256, "s", "ann", null, 2, 1, 2,
                StoredFile.State.PUBLISHED);
    }
}
