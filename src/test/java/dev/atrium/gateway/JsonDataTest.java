package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.atrium.room.Data;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON that clients send: what is taken over as it was written, what is mended, and what is refused. */
class JsonDataTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(strings = { "1", "-0.10", "1e400", "123456789012345678901234567890", "true", "false", "null", "{}", "[]",
            "[1, {\"a\":[2.50]}]",
            "{\"a\" : \"\\u00e9\",\"a\":2}", "[\"]\"]" })
    void a_value_is_kept_as_it_was_written(String json) {
        assertThat(JsonData.parse(json)).isEqualTo(new Data.Json(json));
        assertThat(JsonData.parse(" \n" + json + "\t ")).isEqualTo(new Data.Json(json));
    }

    @Test
    void a_string_is_a_text_without_its_escapes() {
        assertThat(JsonData.parse("\"a\\n\\u00e9\\\"\"")).isEqualTo(new Data.Text("a\né\""));
        assertThat(JsonData.parse("\"\"")).isEqualTo(new Data.Text(""));
    }

    @Test
    void a_line_break_between_tokens_becomes_a_space() {
        assertThat(JsonData.parse("{\r\n\"a\":\n[1,\r2]}")).isEqualTo(new Data.Json("{  \"a\": [1, 2]}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''        | body: expected a JSON value
            '   '     | body: expected a JSON value
            1 2       | body: expected one JSON value and nothing after it
            {} []     | body: expected one JSON value and nothing after it
            """)
    void a_body_is_one_value(String json, String message) {
        ErrorReply error = WithGateway.error(() -> JsonData.parse(json));
        assertThat(error.code()).isEqualTo(400);
        assertThat(error.getMessage()).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = { "{", "[1,]", "{a:1}", "'a'", "nul", "\"a", "\"a\nb\"", "01", "{\"a\":1}}", "NaN" })
    void malformed_json_is_refused_with_the_parsers_reason(String json) {
        ErrorReply error = WithGateway.error(() -> JsonData.parse(json));
        assertThat(error.code()).isEqualTo(400);
        assertThat(error.getMessage()).startsWith("body: not JSON: ").hasSizeGreaterThan("body: not JSON: ".length());
    }

    @Test
    void reading_one_value_leaves_the_parser_at_its_end() throws IOException {
        String text = "{\"first\":{\"a\":[1]},\"second\":2}";
        try (JsonParser json = MAPPER.createParser(text)) {
            json.nextToken();
            json.nextToken();
            json.nextToken();
            assertThat(JsonData.read(json, text)).isEqualTo(new Data.Json("{\"a\":[1]}"));
            assertThat(json.nextFieldName()).isEqualTo("second");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            []                    | null
            [1]                   | 1
            [ {"a":[1,2]} ]       | ' {"a":[1,2]} '
            ["a","b"]             | ["a","b"]
            [[1,2]]               | [1,2]
            [[],[]]               | [[],[]]
            """)
    void a_single_argument_is_shown_alone_none_as_null_and_several_as_an_array(String arguments, String shown) {
        assertThat(JsonData.shown(new Data.Arguments(arguments, List.of()))).isEqualTo(shown);
    }

    @Test
    void json_is_shown_as_it_is() {
        assertThat(JsonData.shown(new Data.Json("{\"a\" : 1.0}"))).isEqualTo("{\"a\" : 1.0}");
    }

    @Test
    void bytes_within_arguments_are_shown_as_base64_wherever_they_are() {
        Data.Arguments arguments = new Data.Arguments(
                "[{\"_placeholder\":true,\"num\":1},{\"a\":[{\"_placeholder\":true,\"num\":0}],\"b\":{\"_placeholder\":false}}]",
                List.of(new byte[] { 1 }, new byte[] { 2, 3 }));
        assertThat(JsonData.shown(arguments)).isEqualTo("[{\"encoding\":\"base64\",\"data\":\"AgM=\"},"
                + "{\"a\":[{\"encoding\":\"base64\",\"data\":\"AQ==\"}],\"b\":{\"_placeholder\":false}}]");
    }

    /** A thousand copies of a megabyte would take all memory. */
    @Test
    void bytes_are_shown_once_however_often_a_message_refers_to_them() {
        String placeholder = "{\"_placeholder\":true,\"num\":0}";
        assertThat(JsonData.shown(new Data.Arguments("[" + placeholder + ",[" + placeholder + "]]", List.of(new byte[] { 1 }))))
                .isEqualTo("[{\"encoding\":\"base64\",\"data\":\"AQ==\"},[null]]");
    }

    @Test
    void half_a_surrogate_pair_beside_bytes_stays_too() {
        assertThat(JsonData
                .shown(new Data.Arguments("[\"\\ud83d\",{\"_placeholder\":true,\"num\":0}]", List.of(new byte[] { 1 }))))
                .isEqualTo("[\"\\ud83d\",{\"encoding\":\"base64\",\"data\":\"AQ==\"}]");
    }

    @ParameterizedTest
    @ValueSource(strings = { "1", "-1", "9999999999", "\"0\"", "0.5", "null" })
    void a_placeholder_for_bytes_that_are_not_there_is_shown_as_null(String number) {
        Data.Arguments arguments = new Data.Arguments(
                "[{\"_placeholder\":true,\"num\":" + number + "},{\"_placeholder\":true,\"num\":0}]",
                List.of(new byte[] { 1 }));
        assertThat(JsonData.shown(arguments)).isEqualTo("[null,{\"encoding\":\"base64\",\"data\":\"AQ==\"}]");
    }

    @Test
    void a_placeholder_without_attachments_is_an_object_like_any_other() throws IOException {
        JsonNode tree = MAPPER.readTree("{\"_placeholder\":true,\"num\":0}");
        assertThat(JsonData.withBytes(tree, List.of(), bytes -> TextNode.valueOf("bytes"))).isSameAs(tree);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"_placeholder":true}     | true
            {"_placeholder":false}    | false
            {"_placeholder":1}        | false
            {"_placeholder":"true"}   | false
            {"placeholder":true}      | false
            "_placeholder"            | false
            [true]                    | false
            """)
    void an_object_with_a_true_placeholder_stands_for_bytes(String json, boolean expected) throws IOException {
        assertThat(JsonData.isPlaceholder(MAPPER.readTree(json))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = { "a\\ud83d", "\\ude00a", "\\ude00\\ud83d", "\\ud83d\uD83D\uDE00x\\ud83d", "\uD83D\uDE00\\ude00",
            "\\\"\\ud83d" })
    void half_of_a_surrogate_pair_stays_as_it_was_sent_at_each_depth(String text) {
        String json = '"' + text + '"';
        assertThat(JsonData.parse(json)).isEqualTo(new Data.Json(json));
        assertThat(JsonData.parse("[" + json + "]")).isEqualTo(new Data.Json("[" + json + "]"));
    }

    @Test
    void a_text_of_whole_characters_is_text() {
        assertThat(JsonData.parse("\"é\\ud83d\\ude00\uD83D\uDE00\"")).isEqualTo(new Data.Text("é\uD83D\uDE00\uD83D\uDE00"));
        assertThat(JsonData.text("é\uD83D\uDE00")).isEqualTo(new Data.Text("é\uD83D\uDE00"));
        assertThat(JsonData.text("\n\uD83D")).isEqualTo(new Data.Json("\"\\n\\ud83d\""));
    }

    /** Its messages name classes and settings of the library, which are not the client's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "NaN      | body: not JSON: Non-standard token 'NaN'",
            "[[1      | body: not JSON: Unexpected end-of-input: expected close marker for Array",
            "/**/1    | body: not JSON: Unexpected character ('/' (code 47)): maybe a (non-standard) comment?",
            "'[\"\\x\"]' | body: not JSON: Unrecognized character escape 'x' (code 120)" })
    void what_the_parser_tells_about_itself_is_left_out(String text, String message) {
        assertThatThrownBy(() -> JsonData.parse(text)).isInstanceOf(ErrorReply.class).hasMessage(message);
    }

    @Test
    void a_limit_is_named_without_the_name_of_its_setting() {
        assertThatThrownBy(() -> JsonData.parse("[".repeat(1001))).isInstanceOf(ErrorReply.class)
                .hasMessage("body: Document nesting depth (1001) exceeds the maximum allowed (1000)");
    }
}
