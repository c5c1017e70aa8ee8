package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A part of a room's history as a client of single requests gets it. */
class MessagesAnswerTest {

    private static final RoomId ROOM = RoomId.of("/", "r");
    private static final StreamPosition HEAD = new StreamPosition("E", 9);

    @Test
    void the_next_position_is_behind_the_last_message_and_not_at_the_head() {
        assertThat(answer(null, 6, 7)).isEqualTo("{\"room\":\"r\",\"epoch\":\"E\",\"offset\":7,\"messages\":["
                + "{\"event\":\"e\",\"room\":\"r\",\"data\":\"6\",\"at\":5,\"epoch\":\"E\",\"offset\":6},"
                + "{\"event\":\"e\",\"room\":\"r\",\"data\":\"7\",\"at\":5,\"epoch\":\"E\",\"offset\":7}]}");
    }

    @Test
    void without_messages_the_next_position_is_the_head() {
        assertThat(answer(null)).isEqualTo("{\"room\":\"r\",\"epoch\":\"E\",\"offset\":9,\"messages\":[]}");
    }

    @Test
    void bytes_are_base64() {
        History history = new History(HEAD,
                List.of(new Publication(ROOM, "e", new Data.Binary(new byte[] { 1 }), null, true).at(HEAD, 5_000)));
        assertThat(text(MessagesAnswer.of(ROOM, null, history))).contains("\"encoding\":\"base64\",\"data\":\"AQ==\"");
    }

    @ParameterizedTest
    @CsvSource({ "E, 5, true", "'', 5, true", "E, 4, false", "E, 6, false", "F, 5, false", "E, 10, false" })
    void a_client_that_has_named_a_position_is_sent_whether_it_has_missed_nothing(String epoch, long offset,
            boolean recovered) {
        assertThat(answer(new StreamPosition(epoch, offset), 6, 7))
                .contains("\"offset\":7,\"recovered\":" + recovered + ",\"messages\":[{");
    }

    @ParameterizedTest
    @CsvSource({ "E, 9, true", "E, 8, false", "F, 9, false" })
    void a_client_that_is_at_the_head_has_missed_nothing(String epoch, long offset, boolean recovered) {
        assertThat(answer(new StreamPosition(epoch, offset))).contains("\"recovered\":" + recovered + ",\"messages\":[]");
    }

    private static String answer(StreamPosition since, long... offsets) {
        List<Message> messages = LongStream.of(offsets)
                .mapToObj(offset -> new Publication(ROOM, "e", new Data.Text("" + offset), null, true)
                        .at(new StreamPosition("E", offset), 5_000))
                .toList();
        return text(MessagesAnswer.of(ROOM, since, new History(HEAD, messages)));
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
