package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.BinaryNode;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.JsonData;
import dev.atrium.room.Data;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parser of Socket.IO arguments, and their conversion to the data of a message. */
class ArgumentsTest {

    private static final byte[] BYTES = { 1, 2, 3 };

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "[\"e\"]                        | null",
            "[\"e\",1]                      | 1",
            "[\"e\",1.50]                   | 1.50",
            "[\"e\",[1,2]]                  | [1,2]",
            "[\"e\",1,\"2\",{\"3\":[true]}] | [1,\"2\",{\"3\":[true]}]",
    })
    void a_client_of_a_protocol_without_arguments_is_shown_one_value(String payload, String shown) {
        assertThat(JsonData.shown(Arguments.parse(payload, List.of()).from(1))).isEqualTo(shown);
    }

    @Test
    void a_single_text_is_text_and_a_single_buffer_is_bytes() {
        assertThat(Arguments.parse("[\"e\",\"a\\u00e9\"]", List.of()).from(1)).isEqualTo(new Data.Text("aé"));
        Data buffer = Arguments.parse("[\"e\",{\"_placeholder\":true,\"num\":0}]", List.of(BYTES)).from(1);
        assertThat(((Data.Binary) buffer).bytes()).isSameAs(BYTES);
    }

    @Test
    void bytes_within_are_shown_as_base64() {
        Data data = Arguments.parse("[\"e\",{\"a\":{\"_placeholder\":true,\"num\":0}},2]", List.of(BYTES)).from(1);

        assertThat(JsonData.shown(data)).isEqualTo("[{\"a\":{\"encoding\":\"base64\",\"data\":\"AQID\"}},2]");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "{}", "\"e\"", "[\"e\"", "[\"e\"]x", "[\"e\"][]", "[\"e\",]",
            "[\"e\",{\"_placeholder\":true,\"num\":1}]", "[\"e\",{\"_placeholder\":true,\"num\":\"0\"}]",
            "[\"e\",{\"_placeholder\":true,\"num\":-1}]", "[\"e\",[{\"a\":{\"_placeholder\":true}}]]" })
    void a_malformed_payload_is_rejected(String payload) {
        assertThatThrownBy(() -> Arguments.parse(payload, List.of(BYTES))).isInstanceOf(MalformedPacketException.class);
    }

    static Stream<String> unacceptable() {
        return Stream.of("[\"e\"," + "[".repeat(5_000) + "]".repeat(5_000) + "]",
                "[\"e\"," + "[".repeat(200) + "]".repeat(200) + "]", "[\"e\",{\"" + "k".repeat(50_001) + "\":1}]",
                "[\"e\",{\"_placeholder\":true,\"num\":0}," + "1".repeat(1_001) + "]",
                "[\"e\",[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]]");
    }

    /** A client with retries would send it again and again, and lose its other namespaces each time. */
    @ParameterizedTest
    @MethodSource("unacceptable")
    void a_valid_event_that_is_more_than_this_server_accepts_is_refused_and_not_malformed(String unacceptable) {
        assertThatThrownBy(() -> Arguments.parse(unacceptable, List.of(BYTES)))
                .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(400))
                .hasMessageStartingWith("arguments: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "[\"e\",\"a\"]     | 0 | e",
            "[\"e\",\"a\"]     | 1 | a",
            "[\"e\",\"a\"]     | 2 | -",
            "[\"e\",1]         | 1 | -",
            "[\"e\",[\"a\"]]   | 1 | -",
            "[]                | 0 | -",
    })
    void only_a_text_at_its_index_is_a_text(String payload, int index, String text) {
        assertThat(Arguments.parse(payload, List.of()).text(index)).isEqualTo(text);
    }

    @Test
    void an_application_is_given_values_one_by_one_with_bytes_in_their_places() {
        Arguments arguments = Arguments.parse("[\"e\",\"a\",{\"b\":{\"_placeholder\":true,\"num\":0}}]", List.of(BYTES));
        assertThat(arguments.size()).isEqualTo(3);
        assertThat(arguments.nodes(1)).hasSize(2);
        assertThat(arguments.nodes(1).get(0).textValue()).isEqualTo("a");
        assertThat(arguments.nodes(2).get(0).get("b")).isEqualTo(BinaryNode.valueOf(BYTES));
        assertThat(arguments.nodes(3)).isEmpty();
        assertThat(arguments.nodes(4)).isEmpty();
    }

    @Test
    void a_value_with_bytes_within_and_bytes_that_belong_elsewhere_stay_arguments() {
        Data within = Arguments.parse("[\"e\",[{\"_placeholder\":true,\"num\":0}]]", List.of(BYTES)).from(1);
        assertThat(((Data.Arguments) within).json()).isEqualTo("[[{\"_placeholder\":true,\"num\":0}]]");
        Data two = Arguments.parse("[\"e\",{\"_placeholder\":true,\"num\":1}]", List.of(BYTES, new byte[1])).from(1);
        assertThat(((Data.Arguments) two).attachments()).hasSize(2);
        Data elsewhere = Arguments.parse("[\"e\",{\"_placeholder\":true,\"num\":0},1]", List.of(BYTES)).from(2);
        assertThat(((Data.Arguments) elsewhere).json()).isEqualTo("[1]");
    }

    @Test
    void without_attachments_an_object_that_looks_like_a_placeholder_is_an_object() {
        assertThat(Arguments.parse("[\"e\",{\"_placeholder\":true,\"num\":0}]", List.of()).from(1))
                .isEqualTo(new Data.Json("{\"_placeholder\":true,\"num\":0}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "{} | true", "{\"a\":{}} | true", "{} {} | false", "[] | false", "'' | false",
            "{ | false", "7 | false" })
    void an_object_is_one_object_and_nothing_else(String text, boolean object) {
        assertThat(Arguments.isObject(text)).isEqualTo(object);
    }

    @Test
    void nesting_of_two_hundred_is_not_too_deep() {
        String deep = "[\"e\"," + "[".repeat(199) + "]".repeat(199) + "]";
        assertThat(Arguments.parse(deep, List.of()).size()).isEqualTo(2);
    }
}
