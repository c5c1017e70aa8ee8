package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.JsonData;
import dev.atrium.room.Data;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parser of Socket.IO arguments, and their conversion to the data of a message. */
class ArgumentsTest {

    private static final byte[] BYTES = {1, 2, 3};

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[\"e\"]                        | null",
        "[\"e\",1]                      | 1",
        "[\"e\",1.50]                   | 1.50",
        "[\"e\",[1,2]]                  | [1,2]",
        "[\"e\",1,\"2\",{\"3\":[true]}] | [1,\"2\",{\"3\":[true]}]",
    })
    void whoever_knows_no_arguments_is_shown_one_value(String payload, String shown) {
        assertThat(JsonData.shown(Arguments.parse(payload, List.of()).from(1))).isEqualTo(shown);
    }

    @Test
    void one_text_is_text_and_one_buffer_is_bytes() {
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
    @ValueSource(strings = {"", "{}", "\"e\"", "[\"e\"", "[\"e\"]x", "[\"e\"][]", "[\"e\",]",
        "[\"e\",{\"_placeholder\":true,\"num\":1}]", "[\"e\",{\"_placeholder\":true,\"num\":\"0\"}]",
        "[\"e\",{\"_placeholder\":true,\"num\":-1}]", "[\"e\",[{\"a\":{\"_placeholder\":true}}]]"})
    void anything_else_makes_no_sense(String payload) {
        assertThatThrownBy(() -> Arguments.parse(payload, List.of(BYTES))).isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void nesting_has_a_bound() {
        String deep = "[\"e\"," + "[".repeat(5_000) + "]".repeat(5_000) + "]";

        assertThatThrownBy(() -> Arguments.parse(deep, List.of())).isInstanceOf(MalformedPacketException.class);
    }
}
