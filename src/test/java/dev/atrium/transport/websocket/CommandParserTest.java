package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.Data;
import dev.atrium.room.StreamPosition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parser of session protocol commands. */
class CommandParserTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"a\": [1, {\"b\": \"}]\"}]}  | {\"a\": [1, {\"b\": \"}]\"}]}",
        "[ ]                            | [ ]",
        "1.50                           | 1.50",
        "-0                             | -0",
        "123456789012345678901234567890 | 123456789012345678901234567890",
        "1e400                          | 1e400",
        "true                           | true",
        "null                           | null",
    })
    void data_is_taken_over_as_it_was_written(String data, String taken) {
        assertThat(parse("{\"cmd\":\"send\",\"params\":{\"data\":" + data + ",\"room\":\"r\"}}").params().data).isEqualTo(new Data.Json(taken));
    }

    @Test
    void a_json_string_is_text() {
        assertThat(parse("{\"cmd\":\"send\",\"params\":{\"data\":\"a\\u00fc\\n\"}}").params().data).isEqualTo(new Data.Text("aü\n"));
    }

    @Test
    void line_breaks_between_tokens_become_spaces_and_those_in_strings_stay() {
        assertThat(parse("{\"cmd\":\"send\",\"params\":{\"data\":{\r\n\"a\\n\":1\n}}}").params().data)
                .isEqualTo(new Data.Json("{  \"a\\n\":1 }"));
    }

    @Test
    void fields_may_come_in_any_order_and_unknown_ones_are_passed_over() {
        CommandFrame command = parse("{\"x\":{\"cmd\":1},\"params\":{\"y\":[],\"room\":\"r\",\"presence\":true},\"cmd\":\"join\",\"seq\":-3}");
        assertThat(command.seq()).isEqualTo(-3);
        assertThat(command.cmd()).isEqualTo("join");
        assertThat(command.params().room).isEqualTo("r");
        assertThat(command.params().presence).isTrue();
        assertThat(command.params().echo).isTrue();
    }

    @Test
    void null_is_as_good_as_absent() {
        CommandFrame command = parse("{\"cmd\":\"send\",\"params\":{\"event\":null,\"echo\":null,\"since\":null}}");
        assertThat(command.params().event).isNull();
        assertThat(command.params().echo).isTrue();
        assertThat(command.params().since).isNull();
    }

    @Test
    void places_are_read_and_what_is_none_is_named() {
        Params params = parse("{\"cmd\":\"resume\",\"params\":{\"token\":\"t\",\"since\":{\"offset\":7,\"epoch\":\"e\"},"
                + "\"places\":{\"\":{\"epoch\":\"f\",\"offset\":0},\"a b\":{\"epoch\":\"g\",\"offset\":3,\"x\":[]}}}}").params();
        assertThat(params.since).isEqualTo(new StreamPosition("e", 7));
        assertThat(params.places).isEqualTo(Map.of("", new StreamPosition("f", 0), "a b", new StreamPosition("g", 3)));
        for (String bad : List.of("7", "[]", "{}", "{\"epoch\":\"e\"}", "{\"epoch\":1,\"offset\":1}",
                "{\"epoch\":\"e\",\"offset\":-1}", "{\"epoch\":\"e\",\"offset\":\"1\"}")) {
            assertThatThrownBy(() -> parse("{\"cmd\":\"join\",\"params\":{\"since\":" + bad + "}}"))
                    .as(bad).hasMessageStartingWith("params.since");
        }
    }

    @Test
    void a_fault_keeps_the_seq_though_it_comes_later() {
        assertThatThrownBy(() -> parse("{\"params\":{\"room\":[1]},\"cmd\":\"join\",\"seq\":5}"))
                .isInstanceOfSatisfying(MalformedCommandException.class, e -> {
                    assertThat(e.seq()).isEqualTo(5);
                    assertThat(e).hasMessage("params.room: expected a string");
                });
    }

    @Test
    void where_bytes_follow_there_is_no_data_before_them() {
        assertThat(CommandParser.parse("{\"cmd\":\"send\",\"params\":{}}", true).params().data).isEqualTo(Data.Json.NULL);
        assertThatThrownBy(() -> CommandParser.parse("{\"cmd\":\"send\",\"params\":{\"data\":1}}", true))
                .hasMessageStartingWith("params.data: expected none");
    }

    @Test
    void nesting_without_end_is_a_mistake_and_no_overflow() {
        assertThatThrownBy(() -> parse("{\"cmd\":\"send\",\"params\":{\"data\":" + "[".repeat(100_000)))
                .isInstanceOf(MalformedCommandException.class);
    }

    private static CommandFrame parse(String text) {
        return CommandParser.parse(text, false);
    }
}
