package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Data;
import dev.atrium.room.HistoryGap;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Encoding of messages and presence events in the plain and in the session protocol. */
class FormatTest {

    private static final RoomId ROOM = RoomId.of("/", "ü \"room\"");

    @Test
    void plain_shows_bare_data_and_no_notices() {
        assertThat(plain(new Data.Text("hé"))).isEqualTo("81 hé");
        assertThat(plain(new Data.Json("{\"a\":1}"))).isEqualTo("81 {\"a\":1}");
        assertThat(plain(new Data.Binary("b".getBytes()))).isEqualTo("82 b");
        assertThat(PlainFormat.INSTANCE.encode(new PresenceEvent(ROOM, PresenceEvent.Change.LEFT, new Sender("id", null))))
                .isNull();
    }

    @Test
    void a_session_is_sent_sender_time_and_position() {
        assertThat(session(ROOM, new Data.Text("hé"), new Sender("id", "ann")))
                .isEqualTo("81 {\"event\":\"e\",\"room\":\"ü \\\"room\\\"\","
                        + "\"data\":\"hé\",\"from\":{\"id\":\"id\",\"user\":\"ann\"},\"at\":1795218376447,\"epoch\":\"E\",\"offset\":7}");
        assertThat(session(RoomId.everyone("/x"), Data.Json.NULL, null))
                .isEqualTo("81 {\"event\":\"e\",\"data\":null,\"at\":1795218376447,\"epoch\":\"E\",\"offset\":7}");
    }

    @Test
    void session_shows_bytes_after_a_line_of_json() {
        assertThat(session(RoomId.of("/", "r"), new Data.Binary("\nb".getBytes()), null))
                .isEqualTo("82 {\"event\":\"e\",\"room\":\"r\",\"at\":1795218376447,\"epoch\":\"E\",\"offset\":7}\n\nb");
    }

    @Test
    void a_session_is_sent_presence_events() {
        assertThat(readable(SessionFormat.INSTANCE
                .encode(new PresenceEvent(RoomId.of("/", "r"), PresenceEvent.Change.JOINED, new Sender("id", null)))))
                .isEqualTo("81 {\"event\":\"@joined\",\"room\":\"r\",\"data\":{\"id\":\"id\"}}");
    }

    @Test
    void a_session_is_sent_departures_and_gaps() {
        assertThat(readable(SessionFormat.INSTANCE
                .encode(new PresenceEvent(RoomId.of("/", "r"), PresenceEvent.Change.LEFT, new Sender("id", "ann")))))
                .isEqualTo("81 {\"event\":\"@left\",\"room\":\"r\",\"data\":{\"id\":\"id\",\"user\":\"ann\"}}");
        HistoryGap gap = new HistoryGap(RoomId.of("/", "r"), new StreamPosition("E", 7));
        assertThat(readable(SessionFormat.INSTANCE.encode(gap)))
                .isEqualTo("81 {\"event\":\"@gap\",\"room\":\"r\",\"data\":{\"epoch\":\"E\",\"offset\":7}}");
        assertThat(PlainFormat.INSTANCE.encode(gap)).isNull();
    }

    @Test
    void arguments_of_socket_io_are_shown_as_one_value_with_bytes_as_base64() {
        Data.Arguments several = new Data.Arguments("[1,{\"_placeholder\":true,\"num\":0}]", List.of(new byte[] { 1 }));
        assertThat(plain(several)).isEqualTo("81 [1,{\"encoding\":\"base64\",\"data\":\"AQ==\"}]");
        assertThat(session(RoomId.of("/", "r"), several, null))
                .contains("\"data\":[1,{\"encoding\":\"base64\",\"data\":\"AQ==\"}],");
        assertThat(plain(new Data.Arguments("[]", List.of()))).isEqualTo("81 null");
    }

    private static String plain(Data data) {
        return readable(
                PlainFormat.INSTANCE.encode(new Publication(ROOM, "e", data, null, true).at(new StreamPosition("E", 7), 1)));
    }

    private static String session(RoomId room, Data data, Sender from) {
        return readable(SessionFormat.INSTANCE.encode(
                new Publication(room, "e", data, from, true).at(new StreamPosition("E", 7), 1795218376447123L)));
    }

    private static String readable(byte[] frame) {
        int header = frame.length - 2 < 126 ? 2 : 4;
        return Integer.toHexString(frame[0] & 0xFF) + " "
                + new String(frame, header, frame.length - header, StandardCharsets.UTF_8);
    }
}
