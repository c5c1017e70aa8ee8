package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.atrium.room.Data;
import dev.atrium.room.HistoryGap;
import dev.atrium.room.Message;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.Identity;
import dev.atrium.security.Permissions;
import java.io.IOException;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages of rooms and replies to clients as JSON. */
class MessageJsonTest {

    /** Closes no object that was left open. */
    private static final JsonFactory JSON = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);

    private static final RoomId LOBBY = RoomId.of("/", "lobby");
    private static final RoomId EVERYONE = RoomId.everyone("/");
    private static final StreamPosition PLACE = new StreamPosition("e", 7);
    private static final String PLACED = "\"at\":5,\"epoch\":\"e\",\"offset\":7}";

    /** Writes with a generator. */
    private interface Writer {

        void write(JsonGenerator json) throws IOException;
    }

    static Stream<Arguments> messages() {
        return Stream.of(
                arguments(message(LOBBY, new Data.Text("a\"b"), null),
                        "{\"event\":\"say\",\"room\":\"lobby\",\"data\":\"a\\\"b\"," + PLACED),
                arguments(message(EVERYONE, new Data.Text("x"), null), "{\"event\":\"say\",\"data\":\"x\"," + PLACED),
                arguments(message(LOBBY, new Data.Json("{\"n\":1.0}"), null),
                        "{\"event\":\"say\",\"room\":\"lobby\",\"data\":{\"n\":1.0}," + PLACED),
                arguments(message(LOBBY, new Data.Arguments("[1,2]", List.of()), null),
                        "{\"event\":\"say\",\"room\":\"lobby\",\"data\":[1,2]," + PLACED),
                arguments(message(LOBBY, new Data.Text("x"), new Sender("~s", "ann")),
                        "{\"event\":\"say\",\"room\":\"lobby\",\"data\":\"x\",\"from\":{\"id\":\"~s\",\"user\":\"ann\"},"
                                + PLACED),
                arguments(message(LOBBY, new Data.Text("x"), new Sender("~s", null)),
                        "{\"event\":\"say\",\"room\":\"lobby\",\"data\":\"x\",\"from\":{\"id\":\"~s\"}," + PLACED),
                arguments(message(LOBBY, new Data.Text("x"), new Sender(null, "ann")),
                        "{\"event\":\"say\",\"room\":\"lobby\",\"data\":\"x\",\"from\":{\"user\":\"ann\"}," + PLACED));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_message_has_its_room_data_sender_time_and_position(Message message, String json) {
        assertThat(written(generator -> MessageJson.write(message, generator))).isEqualTo(json);
        assertThat(written(generator -> MessageJson.writeWhole(message, generator))).isEqualTo(json);
    }

    @Test
    void binary_data_is_left_out_or_is_base64() {
        Message message = message(LOBBY, new Data.Binary(new byte[] { 1, 2 }), null);
        assertThat(written(json -> MessageJson.write(message, json)))
                .isEqualTo("{\"event\":\"say\",\"room\":\"lobby\"," + PLACED);
        assertThat(written(json -> MessageJson.writeWhole(message, json)))
                .isEqualTo("{\"event\":\"say\",\"room\":\"lobby\",\"encoding\":\"base64\",\"data\":\"AQI=\"," + PLACED);
    }

    @Test
    void the_metadata_of_a_message_can_be_encoded_alone() {
        assertThat(written(json -> MessageJson.writeMeta(message(LOBBY, new Data.Text("x"), new Sender("~s", null)), json)))
                .isEqualTo("{\"room\":\"lobby\",\"from\":{\"id\":\"~s\"}," + PLACED);
    }

    @Test
    void a_presence_event_is_an_event_of_the_server() {
        assertThat(written(json -> MessageJson
                .write(new PresenceEvent(LOBBY, PresenceEvent.Change.JOINED, new Sender("~s", "ann")), json)))
                .isEqualTo("{\"event\":\"@joined\",\"room\":\"lobby\",\"data\":{\"id\":\"~s\",\"user\":\"ann\"}}");
        assertThat(written(
                json -> MessageJson.write(new PresenceEvent(LOBBY, PresenceEvent.Change.LEFT, new Sender("~s", null)), json)))
                .isEqualTo("{\"event\":\"@left\",\"room\":\"lobby\",\"data\":{\"id\":\"~s\"}}");
    }

    @Test
    void a_gap_holds_the_position_after_which_messages_continue() {
        assertThat(written(json -> MessageJson.write(new HistoryGap(LOBBY, PLACE), json)))
                .isEqualTo("{\"event\":\"@gap\",\"room\":\"lobby\",\"data\":{\"epoch\":\"e\",\"offset\":7}}");
        assertThat(written(json -> MessageJson.writePlace(new HistoryGap(LOBBY, PLACE), json)))
                .isEqualTo("{\"room\":\"lobby\",\"epoch\":\"e\",\"offset\":7}");
        assertThat(written(json -> MessageJson.writePlace(new HistoryGap(EVERYONE, PLACE), json)))
                .isEqualTo("{\"epoch\":\"e\",\"offset\":7}");
    }

    @Test
    void a_client_that_joined_is_sent_the_room_and_whether_no_message_is_lost() {
        assertThat(fields(json -> ReplyJson.writeFields(new Joined(LOBBY, PLACE, true, null), json)))
                .isEqualTo("{\"room\":\"lobby\",\"epoch\":\"e\",\"offset\":7,\"recovered\":true}");
        assertThat(fields(json -> ReplyJson.writeFields(new Joined(EVERYONE, PLACE, false, null), json)))
                .isEqualTo("{\"epoch\":\"e\",\"offset\":7,\"recovered\":false}");
    }

    @Test
    void a_client_that_authenticated_is_sent_user_end_and_the_rooms_that_it_left() {
        Identity ann = new Identity(Identity.Kind.TOKEN, "ann", Permissions.NONE, 123);
        assertThat(fields(json -> ReplyJson.writeFields(new Authentication.Authenticated(ann, true, List.of()), json)))
                .isEqualTo("{\"user\":\"ann\",\"expires\":123}");
        assertThat(fields(json -> ReplyJson.writeFields(new Authentication.Authenticated(ann, false, List.of(LOBBY)), json)))
                .isEqualTo("{\"user\":\"ann\",\"expires\":123,\"left\":[\"lobby\"]}");
    }

    @Test
    void a_publisher_is_sent_position_and_time_of_each_room() {
        PublishResult result = new PublishResult(PLACE, 5_999);
        assertThat(fields(json -> ReplyJson.writeFields(result, json))).isEqualTo("{\"epoch\":\"e\",\"offset\":7,\"at\":5}");
        Map<RoomId, PublishResult> results = new LinkedHashMap<>();
        results.put(LOBBY, result);
        results.put(EVERYONE, result);
        assertThat(fields(json -> ReplyJson.writeRooms(results, json))).isEqualTo("{\"rooms\":["
                + "{\"room\":\"lobby\",\"epoch\":\"e\",\"offset\":7,\"at\":5},{\"epoch\":\"e\",\"offset\":7,\"at\":5}]}");
    }

    private static Message message(RoomId room, Data data, Sender from) {
        return new Publication(room, "say", data, from, true).at(PLACE, 5_999);
    }

    private static String fields(Writer writer) {
        return written(json -> {
            json.writeStartObject();
            writer.write(json);
            json.writeEndObject();
        });
    }

    private static String written(Writer writer) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            writer.write(json);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return text.toString();
    }
}
