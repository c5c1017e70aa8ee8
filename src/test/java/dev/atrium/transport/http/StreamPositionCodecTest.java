package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.StreamPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Positions in URLs and in ids of events. */
class StreamPositionCodecTest {

    @ParameterizedTest
    @CsvSource({ "E:7, E, 7", "E:0, E, 0", "7, '', 7", ":7, '', 7", "a:b:7, a:b, 7",
            "E:9223372036854775807, E, 9223372036854775807", "E:+7, E, 7" })
    void a_position_is_an_epoch_and_an_offset_or_an_offset_alone(String text, String epoch, long offset) {
        assertThat(StreamPositionCodec.parse("since", text)).isEqualTo(new StreamPosition(epoch, offset));
    }

    @Test
    void no_text_is_no_position() {
        assertThat(StreamPositionCodec.parse("since", null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "E", "E:", ":", "E:-1", "-1", "E:x", "E:1.5", "E: 1", "E:9223372036854775808", "E E:1",
            "E\ndata: x\n:1", "\u00E9:1" })
    void anything_else_is_refused_by_the_name_of_its_field(String text) {
        assertThatThrownBy(() -> StreamPositionCodec.parse("Last-Event-ID", text)).isInstanceOfSatisfying(ErrorReply.class,
                error -> assertThat(error.code()).isEqualTo(400))
                .hasMessage("Last-Event-ID: expected epoch:offset, or an offset");
    }

    @Test
    void a_formatted_position_is_parsed_again() {
        StreamPosition position = new StreamPosition("E_-", 7);
        assertThat(StreamPositionCodec.text(position)).isEqualTo("E_-:7");
        assertThat(StreamPositionCodec.parse("since", StreamPositionCodec.text(position))).isEqualTo(position);
    }
}
