package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Data;
import dev.atrium.room.HistoryGap;
import dev.atrium.room.Message;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.transport.websocket.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The packets of Socket.IO that rooms' messages become, with their attachments. */
class SocketIoFormatTest {

    private static final RoomId ROOM = RoomId.of("/", "r");
    private static final StreamPosition POSITION = new StreamPosition("E", 7);
    private static final byte[] BYTES = { 1, 2, 3 };

    static Stream<Arguments> data() {
        return Stream.of(
                Arguments.of(new Data.Text("h\u00e9 \"x\"\n"), List.of("42[\"e\",\"h\u00e9 \\\"x\\\"\\n\"]")),
                Arguments.of(new Data.Json("{\"a\": 1.50}"), List.of("42[\"e\",{\"a\": 1.50}]")),
                Arguments.of(Data.Json.NULL, List.of("42[\"e\",null]")),
                Arguments.of(new Data.Binary(BYTES), List.of("451-[\"e\",{\"_placeholder\":true,\"num\":0}]", "010203")),
                Arguments.of(new Data.Arguments("[]", List.of()), List.of("42[\"e\"]")),
                Arguments.of(new Data.Arguments("[1,\"b\"]", List.of()), List.of("42[\"e\",1,\"b\"]")),
                Arguments.of(new Data.Arguments("[{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]",
                        List.of(BYTES, new byte[] { 4 })),
                        List.of("452-[\"e\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]", "010203",
                                "04")));
    }

    /** A client would take a last argument that is a string for its recovery offset. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "false | false | 42[\"e\",\"d\"]",
            "true  | false | 42[\"e\",\"d\",{\"room\":\"r\",\"at\":1795218376447}]",
            "false | true  | 42[\"e\",\"d\",null]",
            "true  | true  | 42[\"e\",\"d\",{\"room\":\"r\",\"at\":1795218376447},null]",
    })
    void a_volatile_message_has_no_position_and_changes_no_recovery_offset(boolean meta, boolean offset, String frame) {
        Message typing = new Publication(ROOM, "e", new Data.Text("d"), null, true).withoutPosition(1795218376447123L);
        assertThat(frames(SocketIoFormat.of(meta, offset).encode(typing))).containsExactly(frame);
    }

    @ParameterizedTest
    @MethodSource("data")
    void each_kind_of_data_arrives_as_it_was_sent(Data data, List<String> frames) {
        assertThat(frames(SocketIoFormat.of(false, false).encode(message(ROOM, data)))).isEqualTo(frames);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "false | false | 42[\"e\",\"d\"]",
            "true  | false | 42[\"e\",\"d\",{\"room\":\"r\",\"from\":{\"id\":\"i\",\"user\":\"ann\"},\"at\":1795218376447,\"epoch\":\"E\",\"offset\":7}]",
            "false | true  | 42[\"e\",\"d\",\"1795218376447123.E.7.r\"]",
            "true  | true  | 42[\"e\",\"d\",{\"room\":\"r\",\"from\":{\"id\":\"i\",\"user\":\"ann\"},\"at\":1795218376447,\"epoch\":\"E\",\"offset\":7},"
                    + "\"1795218376447123.E.7.r\"]",
    })
    void a_client_is_sent_metadata_if_it_has_asked_and_the_offset_comes_last(boolean meta, boolean offset, String packet) {
        assertThat(frames(SocketIoFormat.of(meta, offset).encode(message(ROOM, new Data.Text("d"))))).containsExactly(packet);
        assertThat(SocketIoFormat.of(meta, offset)).isSameAs(SocketIoFormat.of(meta, offset));
    }

    @Test
    void a_namespace_stands_before_the_payload_and_the_default_one_does_not() {
        assertThat(frames(SocketIoFormat.of(false, false).encode(message(RoomId.everyone("/chat"), new Data.Text("d")))))
                .containsExactly("42/chat,[\"e\",\"d\"]");
        assertThat(frames(SocketIoFormat.event("/chat", "12", "e", new Data.Binary(BYTES), "")))
                .containsExactly("451-/chat,12[\"e\",{\"_placeholder\":true,\"num\":0}]", "010203");
    }

    @Test
    void a_client_is_sent_the_position_after_which_messages_continue_behind_a_gap() {
        assertThat(frames(SocketIoFormat.of(false, true).encode(new HistoryGap(RoomId.of("/chat", "r"), POSITION))))
                .containsExactly("42/chat,[\"@gap\",{\"room\":\"r\",\"epoch\":\"E\",\"offset\":7},\"\"]");
    }

    @Test
    void presence_events_are_not_sent() {
        assertThat(SocketIoFormat.of(true, true)
                .encode(new PresenceEvent(ROOM, PresenceEvent.Change.JOINED, new Sender("i", null)))).isNull();
    }

    @ParameterizedTest
    @CsvSource({ "CONNECT, 40", "DISCONNECT, 41", "EVENT, 42", "ACK, 43", "CONNECT_ERROR, 44" })
    void the_type_of_a_packet_is_its_digit(Packet.Type type, String digits) {
        assertThat(frames(SocketIoFormat.frames(type, "/", null, "", List.of()))).containsExactly(digits);
    }

    @Test
    void an_attachment_of_any_size_is_a_frame_of_its_own() {
        List<String> frames = frames(
                SocketIoFormat.frames(Packet.Type.BINARY_ACK, "/", "3", "[]", List.of(new byte[70_000], new byte[0])));
        assertThat(frames).hasSize(3).startsWith("462-3[]").endsWith("");
        assertThat(frames.get(1)).hasSize(140_000);
    }

    private static Message message(RoomId room, Data data) {
        return new Publication(room, "e", data, new Sender("i", "ann"), true).at(POSITION, 1795218376447123L);
    }

    /** Texts as they are, bytes in hexadecimal digits. */
    private static List<String> frames(byte[] written) {
        List<String> frames = new ArrayList<>();
        for (ByteBuf bytes = Unpooled.wrappedBuffer(written); bytes.isReadable();) {
            int first = bytes.readUnsignedByte();
            assertThat(first & 0x80).as("each is final").isEqualTo(0x80);
            byte[] payload = ByteBufUtil.getBytes(bytes.readSlice(Frames.readLength(bytes)));
            frames.add((first & 0x0F) == Frames.TEXT ? new String(payload, StandardCharsets.UTF_8)
                    : HexFormat.of().formatHex(payload));
        }
        return frames;
    }
}
