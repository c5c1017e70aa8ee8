package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.gateway.Joined;
import dev.atrium.room.Data;
import dev.atrium.room.Delivery;
import dev.atrium.room.HistoryGap;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Endless responses: server-sent events, lines of JSON, and a page of scripts. */
class StreamFormatTest {

    private static final RoomId ROOM = RoomId.of("/", "r");
    private static final StreamPosition POSITION = new StreamPosition("E", 7);
    private static final String MESSAGE = "{\"event\":\"%s\",\"room\":\"r\",\"data\":\"d\",\"from\":{\"id\":\"i\"},\"at\":5,\"epoch\":\"E\",\"offset\":7}";
    private static final String GAP = "{\"event\":\"@gap\",\"room\":\"r\",\"data\":{\"epoch\":\"E\",\"offset\":7}}";
    private static final String WELCOME = "{\"event\":\"@welcome\",\"data\":{\"id\":\"i\",\"room\":\"r\",\"epoch\":\"E\",\"offset\":7,\"recovered\":true}}";
    private static final String EXPIRING = "{\"event\":\"@expiring\",\"data\":{\"expires\":1795218376447}}";
    private static final String GOODBYE = "{\"event\":\"@goodbye\",\"data\":{\"reason\":\"slow consumer\",\"reconnect\":{\"after\":250}}}";

    private static final Joined JOINED = new Joined(ROOM, POSITION, true, null);

    static Stream<Arguments> events() {
        return Stream.of(
                Arguments.of("SSE: message", ServerSentEvents.INSTANCE.encode(message("e", "d")),
                        "id: E:7\nevent: e\ndata: " + MESSAGE.formatted("e") + "\n\n"),
                Arguments.of("SSE: default event", ServerSentEvents.INSTANCE.encode(message("message", "d")),
                        "id: E:7\ndata: " + MESSAGE.formatted("message") + "\n\n"),
                Arguments.of("SSE: gap", ServerSentEvents.INSTANCE.encode(new HistoryGap(ROOM, POSITION)),
                        "id: E:7\nevent: @gap\ndata: " + GAP + "\n\n"),
                Arguments.of("SSE: welcome", ServerSentEvents.INSTANCE.welcome("i", JOINED),
                        "id: E:7\nevent: @welcome\ndata: " + WELCOME + "\n\n"),
                Arguments.of("SSE: expiring", ServerSentEvents.INSTANCE.expiring(1795218376447L),
                        "event: @expiring\ndata: " + EXPIRING + "\n\n"),
                Arguments.of("SSE: goodbye", ServerSentEvents.INSTANCE.goodbye(CloseReason.SLOW_CONSUMER, 250),
                        "retry: 250\nevent: @goodbye\ndata: " + GOODBYE + "\n\n"),
                Arguments.of("SSE: heartbeat", ServerSentEvents.INSTANCE.heartbeat(), ":\n"),
                Arguments.of("SSE: head", ServerSentEvents.INSTANCE.head(), ""),
                Arguments.of("lines: message", JsonLines.INSTANCE.encode(message("e", "d")), MESSAGE.formatted("e") + "\n"),
                Arguments.of("lines: gap", JsonLines.INSTANCE.encode(new HistoryGap(ROOM, POSITION)), GAP + "\n"),
                Arguments.of("lines: welcome", JsonLines.INSTANCE.welcome("i", JOINED), WELCOME + "\n"),
                Arguments.of("lines: expiring", JsonLines.INSTANCE.expiring(1795218376447L), EXPIRING + "\n"),
                Arguments.of("lines: goodbye", JsonLines.INSTANCE.goodbye(CloseReason.SLOW_CONSUMER, 250), GOODBYE + "\n"),
                Arguments.of("lines: heartbeat", JsonLines.INSTANCE.heartbeat(), "\n"),
                Arguments.of("lines: head", JsonLines.INSTANCE.head(), ""),
                Arguments.of("page: message", EndlessPage.INSTANCE.encode(message("e", "d")),
                        "<script>parent.onRoomMessage(" + MESSAGE.formatted("e") + ")</script>\n"),
                Arguments.of("page: goodbye", EndlessPage.INSTANCE.goodbye(CloseReason.SLOW_CONSUMER, 250),
                        "<script>parent.onRoomMessage(" + GOODBYE + ")</script>\n"),
                Arguments.of("page: heartbeat", EndlessPage.INSTANCE.heartbeat(), "<!-- -->\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("events")
    void an_event_is_written_in_the_form_of_its_stream(String what, byte[] written, String expected) {
        assertThat(new String(written, StandardCharsets.UTF_8)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = { "a\nb", "a\rb", "\n", "x\r\ndata: y" })
    void a_name_with_a_line_break_in_it_is_no_field_of_a_server_sent_event(String event) {
        assertThat(text(ServerSentEvents.INSTANCE.encode(message(event, "d")))).startsWith("id: E:7\ndata: {\"event\":")
                .hasLineCount(3);
    }

    @ParameterizedTest
    @ValueSource(strings = { "error", "open" })
    void a_name_by_which_a_browser_reports_its_connection_is_only_in_the_data(String event) {
        assertThat(text(ServerSentEvents.INSTANCE.encode(message(event, "d"))))
                .startsWith("id: E:7\ndata: {\"event\":\"" + event + "\"");
    }

    @Test
    void no_message_can_end_the_script_that_it_stands_in() {
        String written = text(EndlessPage.INSTANCE.encode(message("e", "</script><script>alert(1)</script>\u2028\u2029<!--")));
        assertThat(written.substring(1).replace("</script>\n", "")).doesNotContain("<");
        assertThat(written)
                .contains("\"data\":\"\\u003c/script>\\u003cscript>alert(1)\\u003c/script>\\u2028\\u2029\\u003c!--\"");
    }

    @Test
    void a_page_begins_with_as_much_as_old_browsers_wait_for() {
        assertThat(text(EndlessPage.INSTANCE.head())).startsWith("<!DOCTYPE html><meta charset=\"utf-8\">").endsWith("-->\n")
                .hasSizeGreaterThan(1_024);
    }

    @Test
    void presence_events_are_not_shown() {
        assertThat(JsonLines.INSTANCE.encode(new PresenceEvent(ROOM, PresenceEvent.Change.JOINED, new Sender("i", null))))
                .isNull();
    }

    @Test
    void each_stream_has_its_media_type_and_its_label() {
        assertThat(ServerSentEvents.INSTANCE.contentType()).isEqualTo("text/event-stream");
        assertThat(ServerSentEvents.INSTANCE.transport()).isEqualTo(Transport.SSE);
        assertThat(JsonLines.INSTANCE.contentType()).isEqualTo("application/x-ndjson");
        assertThat(JsonLines.INSTANCE.transport()).isEqualTo(Transport.NDJSON);
        assertThat(EndlessPage.INSTANCE.contentType()).isEqualTo("text/html; charset=utf-8");
        assertThat(EndlessPage.INSTANCE.transport()).isEqualTo(Transport.IFRAME);
    }

    private static Delivery message(String event, String data) {
        return new Publication(ROOM, event, new Data.Text(data), new Sender("i", null), true).at(POSITION, 5_999);
    }

    private static String text(byte[] written) {
        return new String(written, StandardCharsets.UTF_8);
    }
}
