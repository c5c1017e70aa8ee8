package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.Audience;
import dev.atrium.room.Data;
import dev.atrium.room.Message;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoding of messages and members in Redis. */
class MessageCodecTest {

    private static final RoomId ROOM = RoomId.of("/chat", "lobby");
    private static final RoomId SESSION = RoomId.of("/chat", new Node("node01").newSessionId());

    static Stream<Arguments> publications() {
        Sender ann = new Sender("ann", "Ann");
        Data text = new Data.Text("hi");
        return Stream.of(
                Arguments.of("a text", new Publication(ROOM, "message", text, ann, true)),
                Arguments.of("an empty text", new Publication(ROOM, "message", new Data.Text(""), ann, true)),
                Arguments.of("lines and characters of four bytes",
                        new Publication(ROOM, "ev\n\"ent 😀", new Data.Text("a\nb 😀\n"), ann, true)),
                Arguments.of("JSON as it was written",
                        new Publication(ROOM, "message", new Data.Json("{\"a\": 1.000, \"b\":[]}"), ann, true)),
                Arguments.of("null", new Publication(ROOM, "message", Data.Json.NULL, ann, true)),
                Arguments.of("without a sender", new Publication(ROOM, "message", text, null, true)),
                Arguments.of("of a session without a user",
                        new Publication(ROOM, "message", text, new Sender("ann", null), true)),
                Arguments.of("of a user without a session",
                        new Publication(ROOM, "message", text, new Sender(null, "Ann"), true)),
                Arguments.of("without echo", new Publication(ROOM, "message", text, ann, false)),
                Arguments.of("to an audience",
                        new Publication(ROOM, "message", text, ann, true, new Audience(Set.of("x", "y"), Set.of("z")), null)),
                Arguments.of("to all but some",
                        new Publication(ROOM, "message", text, ann, true, new Audience(Set.of(), Set.of("z", "\"")), null)),
                Arguments.of("traced", new Publication(ROOM, "message", text, ann, true).in("00-1-2-01")),
                Arguments.of("to a namespace", new Publication(RoomId.everyone("/chat"), "message", text, ann, true)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("publications")
    void a_publication_is_decoded_as_it_was_encoded(String name, Publication publication) {
        assertThat(decode(publication)).isEqualTo(publication);
    }

    @Test
    void bytes_are_decoded_unchanged_also_line_breaks_and_none() {
        for (byte[] bytes : List.of(new byte[0], new byte[] { '\n', 0, -1, '{', '\n' })) {
            Publication decoded = decode(new Publication(ROOM, "message", new Data.Binary(bytes), null, true));
            assertThat(((Data.Binary) decoded.data()).bytes()).isEqualTo(bytes);
        }
    }

    @Test
    void arguments_are_decoded_with_their_attachments_also_empty_ones() {
        Data.Arguments arguments = new Data.Arguments(
                "[\"ü\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
                List.of(new byte[0], new byte[] { '\n', 5 }));
        Data.Arguments decoded = (Data.Arguments) decode(new Publication(ROOM, "message", arguments, null, true)).data();
        assertThat(decoded.json()).isEqualTo(arguments.json());
        assertThat(decoded.attachments()).hasSize(2);
        assertThat(decoded.attachments().get(0)).isEmpty();
        assertThat(decoded.attachments().get(1)).containsExactly('\n', 5);
        Data.Arguments none = (Data.Arguments) decode(
                new Publication(ROOM, "message", new Data.Arguments("[]", List.of()), null, true)).data();
        assertThat(none.json()).isEqualTo("[]");
        assertThat(none.attachments()).isEmpty();
    }

    @Test
    void a_publication_is_a_line_of_json_without_default_values_and_its_data() {
        assertThat(text(new Publication(ROOM, "message", new Data.Text("hi"), null, true, "key")))
                .isEqualTo("{\"event\":\"message\",\"kind\":\"text\"}\nhi");
        assertThat(text(new Publication(ROOM, "e", Data.Json.NULL, new Sender("ann", "Ann"), false).in("00-1-2-01")))
                .isEqualTo(
                        "{\"event\":\"e\",\"kind\":\"json\",\"id\":\"ann\",\"user\":\"Ann\",\"echo\":false,\"traceparent\":\"00-1-2-01\"}\nnull");
        assertThat(text(new Publication(ROOM, "e", new Data.Binary(new byte[] { '!' }), null, true,
                new Audience(Set.of("x"), Set.of()), null)))
                .isEqualTo("{\"event\":\"e\",\"kind\":\"binary\",\"to\":[\"x\"],\"except\":[]}\n!");
    }

    @Test
    void only_a_message_to_a_session_names_its_room() {
        Publication publication = new Publication(SESSION, "message", new Data.Text("hi"), null, true);
        assertThat(text(publication)).contains("\"ns\":\"/chat\",\"room\":\"" + SESSION.name() + '"');
        assertThat(MessageCodec.decode(null, MessageCodec.encode(publication), 0)).isEqualTo(publication);
        assertThat(MessageCodec.decode(ROOM, MessageCodec.encode(publication), 0).room())
                .as("the position is that of the log entry")
                .isEqualTo(ROOM);
    }

    @Test
    void a_message_is_decoded_from_its_offset_in_the_bytes() {
        byte[] bytes = ("{\"event\":\"no\"}\n{\"event\":\"yes\",\"kind\":\"text\"}\nhi").getBytes(StandardCharsets.UTF_8);
        assertThat(MessageCodec.decode(ROOM, bytes, 15))
                .isEqualTo(new Publication(ROOM, "yes", new Data.Text("hi"), null, true));
    }

    @ParameterizedTest
    @ValueSource(strings = { "\"new\":1", "\"new\":null", "\"new\":[{\"event\":\"x\"},[]]",
            "\"new\":{\"event\":\"x\",\"kind\":\"json\"}" })
    void unknown_fields_of_a_newer_replica_are_skipped(String field) {
        for (String line : List.of(field + ",\"event\":\"e\",\"kind\":\"text\"",
                "\"event\":\"e\",\"kind\":\"text\"," + field)) {
            assertThat(MessageCodec.decode(ROOM, ("{" + line + "}\nhi").getBytes(StandardCharsets.UTF_8), 0))
                    .isEqualTo(new Publication(ROOM, "e", new Data.Text("hi"), null, true));
        }
    }

    @Test
    void data_of_an_unknown_kind_is_bytes() {
        assertThat(MessageCodec.decode(ROOM, "{\"event\":\"e\",\"kind\":\"video\"}\nhi".getBytes(StandardCharsets.UTF_8), 0)
                .data())
                .isInstanceOf(Data.Binary.class);
        assertThat(MessageCodec.decode(ROOM, "{\"event\":\"e\"}\nhi".getBytes(StandardCharsets.UTF_8), 0).data())
                .isInstanceOf(Data.Binary.class);
    }

    @Test
    void invalid_json_is_an_error() {
        assertThatThrownBy(() -> MessageCodec.decode(ROOM, "{\"event\":\n".getBytes(StandardCharsets.UTF_8), 0))
                .isInstanceOf(UncheckedIOException.class);
    }

    @ParameterizedTest
    @CsvSource({ "JOINED, ann, Ann", "LEFT, ann," })
    void a_presence_event_is_decoded_as_it_was_encoded(PresenceEvent.Change change, String id, String user) {
        PresenceEvent event = new PresenceEvent(ROOM, change, new Sender(id, user));
        assertThat(MessageCodec.decodePresenceEvent(ROOM, MessageCodec.encode(event), 0)).isEqualTo(event);
        byte[] behind = ("!" + new String(MessageCodec.encode(event), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        assertThat(MessageCodec.decodePresenceEvent(ROOM, behind, 1)).isEqualTo(event);
    }

    @Test
    void a_member_is_decoded_with_its_replica_which_is_the_prefix_that_scripts_compare() {
        Presence presence = new Presence(new Sender("ann", "Ann"), 1_700_000_000_123L);
        byte[] encoded = MessageCodec.encode(presence, "node01");
        assertThat(MessageCodec.decodePresence(encoded)).isEqualTo(new MessageCodec.NodePresence("node01", presence));
        assertThat(new String(encoded, StandardCharsets.UTF_8)).startsWith(MessageCodec.ownedBy("node01") + ",")
                .endsWith("}\n");
        assertThat(MessageCodec.ownedBy("node01")).isEqualTo("{\"node\":\"node01\"");
    }

    @Test
    void a_published_message_has_its_position_and_time_before_it() {
        byte[] bytes = "epoch_-1 9007199254740993 1700000000123456\n{\"event\":\"e\",\"kind\":\"text\"}\na\nb"
                .getBytes(StandardCharsets.UTF_8);
        Message message = PublishedMessage.decode(ROOM, bytes);
        assertThat(message).isEqualTo(new Publication(ROOM, "e", new Data.Text("a\nb"), null, true)
                .at(new StreamPosition("epoch_-1", 9_007_199_254_740_993L), 1_700_000_000_123_456L));
    }

    @Test
    void a_message_published_to_a_session_names_its_room_itself() {
        byte[] encoded = MessageCodec.encode(new Publication(SESSION, "e", new Data.Text("a"), null, true));
        byte[] bytes = ("e 1 2\n" + new String(encoded, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        assertThat(PublishedMessage.decode(null, bytes).room()).isEqualTo(SESSION);
    }

    private static Publication decode(Publication publication) {
        return MessageCodec.decode(publication.room(), MessageCodec.encode(publication), 0);
    }

    private static String text(Publication publication) {
        return new String(MessageCodec.encode(publication), StandardCharsets.UTF_8);
    }
}
