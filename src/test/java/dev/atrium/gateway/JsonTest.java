package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** JSON values as bytes and as text. */
class JsonTest {

    private static void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("a", "\u00fc");
        json.writeEndObject();
    }

    @Test
    void a_value_is_the_same_in_utf_8_and_as_text() {
        assertThat(Json.bytes(JsonTest::write)).isEqualTo("{\"a\":\"\u00fc\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(Json.text(JsonTest::write)).isEqualTo("{\"a\":\"\u00fc\"}");
    }

    @Test
    void an_attachment_follows_a_newline() {
        byte[] attachment = { 0, -1, '\n' };
        byte[] bytes = Json.bytes(json -> json.writeNumber(7), attachment);
        assertThat(bytes).containsExactly('7', '\n', 0, -1, '\n');
    }

    @Test
    void names_of_fields_that_clients_send_are_not_kept() throws IOException {
        assertThat(name()).isEqualTo("a long one").isNotSameAs(name());
        assertThat(Json.mapper().getFactory().isEnabled(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)).isFalse();
    }

    private static String name() throws IOException {
        try (JsonParser json = Json.parser("{\"a long one\":1}")) {
            json.nextToken();
            return json.nextFieldName();
        }
    }
}
