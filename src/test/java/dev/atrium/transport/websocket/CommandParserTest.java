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
        assertThat(parse("{\"cmd\":\"send\",\"params\":{\"data\":" + data + ",\"room\":\"r\"}}").params().data())
                .isEqualTo(new Data.Json(taken));
    }

    @Test
    void a_json_string_is_text() {
        assertThat(parse("{\"cmd\":\"send\",\"params\":{\"data\":\"a\\u00fc\\n\"}}").params().data())
                .isEqualTo(new Data.Text("aü\n"));
    }

    @Test
    void line_breaks_between_tokens_become_spaces_and_those_in_strings_stay() {
        assertThat(parse("{\"cmd\":\"send\",\"params\":{\"data\":{\r\n\"a\\n\":1\n}}}").params().data())
                .isEqualTo(new Data.Json("{  \"a\\n\":1 }"));
    }

    @Test
    void fields_may_come_in_any_order_and_unknown_ones_are_ignored() {
        CommandFrame command = parse(
                "{\"x\":{\"cmd\":1},\"params\":{\"y\":[],\"room\":\"r\",\"presence\":true},\"cmd\":\"join\",\"seq\":-3}");
        assertThat(command.seq()).isEqualTo(-3);
        assertThat(command.cmd()).isEqualTo("join");
        assertThat(command.params().text(Parameter.ROOM)).isEqualTo("r");
        assertThat(command.params().flag(Parameter.PRESENCE, false)).isTrue();
        assertThat(command.params().flag(Parameter.ECHO, true)).isTrue();
    }

    @Test
    void null_is_as_good_as_absent() {
        CommandFrame command = parse("{\"cmd\":\"send\",\"params\":{\"event\":null,\"echo\":null,\"since\":null}}");
        assertThat(command.params().text(Parameter.EVENT)).isNull();
        assertThat(command.params().flag(Parameter.ECHO, true)).isTrue();
        assertThat(command.params().since()).isNull();
    }

    @Test
    void places_are_read_and_what_is_none_is_named() {
        Parameters params = parse("{\"cmd\":\"resume\",\"params\":{\"token\":\"t\",\"since\":{\"offset\":7,\"epoch\":\"e\"},"
                + "\"places\":{\"\":{\"epoch\":\"f\",\"offset\":0},\"a b\":{\"epoch\":\"g\",\"offset\":3,\"x\":[]}}}}")
                .params();
        assertThat(params.since()).isEqualTo(new StreamPosition("e", 7));
        assertThat(params.positions()).isEqualTo(Map.of("", new StreamPosition("f", 0), "a b", new StreamPosition("g", 3)));
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
        assertThat(CommandParser.parse("{\"cmd\":\"send\",\"params\":{}}", true).params().data()).isEqualTo(Data.Json.NULL);
        assertThatThrownBy(() -> CommandParser.parse("{\"cmd\":\"send\",\"params\":{\"data\":1}}", true))
                .hasMessageStartingWith("params.data: expected none");
    }

    @Test
    void nesting_without_end_is_a_mistake_and_no_overflow() {
        assertThatThrownBy(() -> parse("{\"cmd\":\"send\",\"params\":{\"data\":" + "[".repeat(100_000)))
                .isInstanceOf(MalformedCommandException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "''                                   | expected a JSON object",
            "[]                                   | expected a JSON object",
            "7                                    | expected a JSON object",
            "{\"cmd\":\"join\"} {}                | expected one JSON object and nothing after it",
            "{}                                   | cmd: expected the name of a command",
            "{\"cmd\":null}                       | cmd: expected the name of a command",
            "{\"cmd\":7}                          | cmd: expected a string",
            "{\"cmd\":{\"a\":[]}}                 | cmd: expected a string",
            "{\"seq\":\"1\",\"cmd\":\"join\"}     | seq: expected an integer",
            "{\"seq\":null,\"cmd\":\"join\"}      | seq: expected an integer",
            "{\"seq\":1.5,\"cmd\":\"join\"}       | seq: expected an integer",
            "{\"seq\":9223372036854775808,\"cmd\":\"join\"} | seq: expected an integer",
            "{\"cmd\":\"join\",\"params\":[1]}    | params: expected an object",
            "{\"cmd\":\"join\",\"params\":\"a\"}  | params: expected an object",
    })
    void an_unknown_command_is_named(String text, String message) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(MalformedCommandException.class).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "room        | null   | a string",
            "room        | 7      | a string",
            "name        | {}     | a string",
            "event       | [\"a\"] | a string",
            "idempotency | 1      | a string",
            "token       | true   | a string",
            "cursor      | 1      | a string",
            "by          | 1      | a string",
            "file        | 1      | a string",
            "type        | 1      | a string",
            "sha256      | 1      | a string",
            "echo        | \"true\" | true or false",
            "echo        | [true] | true or false",
            "presence    | 1      | true or false",
            "after       | -1     | a number from 0",
            "before      | -1     | a number from 0",
            "limit       | \"5\"  | an integer",
            "limit       | -1     | a number from 0",
            "index       | 0.5    | an integer",
            "size        | 9223372036854775808 | an integer",
            "since       | []     | an object with epoch and offset",
            "since       | {\"epoch\":\"e\"} | an epoch and an offset",
            "places      | []     | an object of places by room",
            "places      | {\"r\":7} | an object with epoch and offset",
            "places      | {\"r\":{\"offset\":1}} | an epoch and an offset",
    })
    void a_parameter_of_another_kind_is_named_with_what_was_expected(String field, String value, String expected) {
        assertThatThrownBy(() -> parse("{\"cmd\":\"x\",\"params\":{\"" + field + "\":" + value + "},\"seq\":5}"))
                .isInstanceOfSatisfying(MalformedCommandException.class, e -> assertThat(e.seq()).isEqualTo(5))
                .hasMessage("params." + field + ": expected " + expected);
    }

    @Test
    void the_first_fault_is_named() {
        assertThatThrownBy(() -> parse("{\"seq\":{},\"cmd\":7,\"params\":{\"room\":null}}"))
                .hasMessage("seq: expected an integer");
    }

    @Test
    void every_parameter_is_read() {
        Parameters params = parse(
                "{\"cmd\":\"x\",\"params\":{\"room\":\"r\",\"name\":\"n\",\"event\":\"e\",\"echo\":false,\"idempotency\":\"i\","
                        + "\"token\":\"t\",\"after\":1,\"before\":2,\"limit\":0,\"cursor\":\"c\",\"by\":\"b\",\"file\":\"f\",\"index\":3,\"size\":4,"
                        + "\"type\":\"y\",\"sha256\":\"s\",\"presence\":false,\"places\":null}}")
                .params();
        assertThat(List.of(params.text(Parameter.ROOM), params.text(Parameter.NAME), params.text(Parameter.EVENT),
                params.text(Parameter.IDEMPOTENCY), params.text(Parameter.TOKEN), params.text(Parameter.CURSOR),
                params.text(Parameter.BY),
                params.text(Parameter.FILE),
                params.text(Parameter.TYPE), params.text(Parameter.SHA256)))
                .containsExactly("r", "n", "e", "i", "t", "c", "b", "f", "y", "s");
        assertThat(List.of(params.number(Parameter.AFTER), params.number(Parameter.BEFORE), params.number(Parameter.LIMIT),
                params.number(Parameter.INDEX), params.number(Parameter.SIZE))).containsExactly(1L, 2L, 0L,
                        3L, 4L);
        assertThat(params.flag(Parameter.ECHO, true)).isFalse();
        assertThat(params.flag(Parameter.PRESENCE, true)).isFalse();
        assertThat(params.positions()).isEmpty();
    }

    @Test
    void params_may_be_null_or_absent() {
        assertThat(parse("{\"cmd\":\"x\",\"params\":null}").params().data()).isEqualTo(Data.Json.NULL);
        assertThat(parse("{\"cmd\":\"x\"}").params().text(Parameter.ROOM)).isNull();
        assertThat(parse("{\"cmd\":\"x\"}").seq()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"seq\":5,\"cmd\":\"x\",}                | 5 | not JSON: Unexpected character ('}'",
            "{\"seq\":5,\"cmd\":\"x\"                  | 5 | not JSON: Unexpected end-of-input",
            "{\"seq\":5,\"cmd\":\"x\"} {\"seq\":6}   | 5 | expected one JSON object",
            "{\"cmd\":\"x\",,\"seq\":5}                |   | not JSON: Unexpected character (','",
    })
    void malformed_json_is_refused_with_the_reason_and_the_seq_that_was_read_before(String text, Long seq, String message) {
        assertThatThrownBy(() -> parse(text)).hasMessageStartingWith(message)
                .isInstanceOfSatisfying(MalformedCommandException.class, e -> assertThat(e.seq()).isEqualTo(seq));
    }

    /** Without the seq a client would wait for the reply for ever. */
    @Test
    void json_beyond_what_the_parser_takes_is_refused_with_the_seq() {
        for (String data : List.of("1".repeat(1_001), "0." + "1".repeat(1_001), "{\"" + "a".repeat(50_001) + "\":1}",
                "[".repeat(1_000) + "]".repeat(1_000))) {
            assertThatThrownBy(() -> parse("{\"seq\":5,\"cmd\":\"send\",\"params\":{\"data\":" + data + "}}"))
                    .hasMessageContaining("exceeds the maximum allowed").hasMessageNotContaining("not JSON")
                    .isInstanceOfSatisfying(MalformedCommandException.class, e -> assertThat(e.seq()).isEqualTo(5));
        }
    }

    private static CommandFrame parse(String text) {
        return CommandParser.parse(text, false);
    }
}
