package dev.atrium.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.Data;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Conversion of the arguments of an event to the data of a message, and back. */
class ValuesTest {

    private static final byte[] BYTES = { 1, 2, 3 };

    /** Object that Jackson serializes. */
    public record Move(String from, int to) {
    }

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(new Object[] { "a" }, new Data.Text("a")),
                Arguments.of(new Object[] { "" }, new Data.Text("")),
                Arguments.of(new Object[] { "half \ud83d" }, new Data.Json("\"half \\ud83d\"")),
                Arguments.of(new Object[] { 7 }, new Data.Json("7")),
                Arguments.of(new Object[] { 1.5 }, new Data.Json("1.5")),
                Arguments.of(new Object[] { Double.NaN }, new Data.Json("null")),
                Arguments.of(new Object[] { new double[] { Double.NEGATIVE_INFINITY, 1 } }, new Data.Json("[null,1.0]")),
                Arguments.of(new Object[] { Map.of("a", Float.NaN), 1 }, new Data.Arguments("[{\"a\":null},1]", List.of())),
                Arguments.of(new Object[] { null }, new Data.Json("null")),
                Arguments.of(new Object[] { new Move("a", 1) }, new Data.Json("{\"from\":\"a\",\"to\":1}")),
                Arguments.of(new Object[] { List.of("a", 1) }, new Data.Json("[\"a\",1]")),
                Arguments.of(new Object[] { List.of() }, new Data.Json("[]")),
                Arguments.of(new Object[] { Optional.of("a") }, new Data.Json("\"a\"")),
                Arguments.of(new Object[] {}, new Data.Arguments("[]", List.of())),
                Arguments.of(new Object[] { "a", "b" }, new Data.Arguments("[\"a\",\"b\"]", List.of())),
                Arguments.of(new Object[] { "a", null, 1 }, new Data.Arguments("[\"a\",null,1]", List.of())));
    }

    @ParameterizedTest
    @MethodSource("values")
    void a_single_text_or_json_value_is_data_of_its_kind_and_anything_else_a_list_of_arguments(Object[] arguments, Data data) {
        assertThat(Values.toData(arguments)).isEqualTo(data);
    }

    @Test
    void a_single_buffer_is_binary_data() {
        assertThat(((Data.Binary) Values.toData((Object) BYTES)).bytes()).isEqualTo(BYTES);
    }

    @Test
    void bytes_within_other_values_are_attachments_in_the_order_of_their_placeholders() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("image", BYTES);
        object.put("more", List.of("x", new byte[] { 4 }));
        Data.Arguments data = (Data.Arguments) Values.toData(object);
        assertThat(data.json()).isEqualTo(
                "[{\"image\":{\"_placeholder\":true,\"num\":0},\"more\":[\"x\",{\"_placeholder\":true,\"num\":1}]}]");
        assertThat(data.attachments()).hasSize(2);
        assertThat(data.attachments().get(0)).isEqualTo(BYTES);
        assertThat(data.attachments().get(1)).containsExactly(4);
        Data.Arguments two = Values.toArguments("a", BYTES);
        assertThat(two.json()).isEqualTo("[\"a\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(two.attachments()).hasSize(1);
        assertThat(Values.toArguments((Object) BYTES).json()).as("always a list")
                .isEqualTo("[{\"_placeholder\":true,\"num\":0}]");
    }

    /** Clients would look for bytes that are not there, and close their connections. */
    @Test
    void an_object_that_looks_like_a_placeholder_is_refused_beside_bytes() {
        Map<String, Object> caption = Map.of("_placeholder", true, "num", 7);
        for (Object[] arguments : List.of(new Object[] { caption, BYTES }, new Object[] { BYTES, List.of(caption) },
                new Object[] { Map.of("_placeholder", true, "bytes", BYTES) })) {
            assertThatThrownBy(() -> Values.toData(arguments))
                    .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(400))
                    .hasMessage("arguments: an object with \"_placeholder\": true cannot be sent with bytes");
        }
        assertThat(Values.toData(caption)).isInstanceOf(Data.Json.class);
        assertThat(Values.toData(Map.of("_placeholder", false), BYTES)).isInstanceOf(Data.Arguments.class);
    }

    /** The stock client closes its connection at an event with more. */
    @Test
    void more_buffers_than_clients_accept_are_refused() {
        Object[] buffers = Collections.nCopies(11, BYTES).toArray();
        assertThat(((Data.Arguments) Values.toData(Arrays.copyOf(buffers, 10))).attachments()).hasSize(10);
        for (Object[] arguments : List.of(buffers, new Object[] { Map.of("pictures", buffers) })) {
            assertThatThrownBy(() -> Values.toData(arguments))
                    .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(400))
                    .hasMessage("arguments: expected at most 10 buffers, got 11");
        }
        Values.useBuffers(11);
        try {
            assertThat(((Data.Arguments) Values.toData(buffers)).attachments()).hasSize(11);
        } finally {
            Values.useBuffers(0);
        }
    }

    @Test
    void a_value_alone_is_json_in_which_bytes_are_base64() {
        assertThat(Values.json("a")).isEqualTo("\"a\"");
        assertThat(Values.json(null)).isEqualTo("null");
        assertThat(Values.json(Map.of("b", BYTES))).isEqualTo("{\"b\":\"AQID\"}");
        assertThat(Values.json(List.of(Double.NaN, 1))).isEqualTo("[null,1]");
    }

    @Test
    void data_of_each_kind_is_read_as_one_node_for_each_argument() {
        assertThat(Values.toNodes(new Data.Text("a \"b\""))).extracting(JsonNode::textValue).containsExactly("a \"b\"");
        assertThat(Values.toNodes(new Data.Json("{\"a\":[1]}"))).extracting(JsonNode::toString).containsExactly("{\"a\":[1]}");
        assertThat(Values.toNodes(new Data.Json("null"))).singleElement().matches(JsonNode::isNull);
        assertThat(Values.toNodes(new Data.Arguments("[]", List.of()))).isEmpty();
        assertThat(Values.toNodes(new Data.Arguments("[\"a\",null,[1]]", List.of()))).extracting(JsonNode::toString)
                .containsExactly("\"a\"", "null", "[1]");
    }

    @Test
    void bytes_are_read_as_binary_nodes_wherever_they_are() throws IOException {
        List<JsonNode> one = Values.toNodes(new Data.Binary(BYTES));
        assertThat(one).hasSize(1);
        assertThat(one.get(0).isBinary()).isTrue();
        assertThat(one.get(0).binaryValue()).isEqualTo(BYTES);
        Map<String, Object> object = Map.of("image", List.of(BYTES));
        List<JsonNode> nodes = Values.toNodes(Values.toData("a", object, new byte[] { 4 }));
        assertThat(nodes).hasSize(3);
        assertThat(nodes.get(1).path("image").path(0).binaryValue()).isEqualTo(BYTES);
        assertThat(nodes.get(2).binaryValue()).containsExactly(4);
    }

    @Test
    void json_that_is_more_than_java_can_hold_is_refused() {
        for (Data data : Arrays.asList(new Data.Json("1".repeat(2000)),
                new Data.Arguments("[" + "1".repeat(2000) + "]", List.of()))) {
            assertThatThrownBy(() -> Values.toNodes(data))
                    .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(400))
                    .hasMessageStartingWith("arguments: Number");
        }
    }

    /** Value of an application. */
    public record Order(String firstName) {
    }

    @Test
    void values_are_written_by_the_mapper_of_the_application() {
        Values.use(new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE));
        try {
            assertThat(Values.toData(new Order("ann"))).isEqualTo(new Data.Json("{\"first_name\":\"ann\"}"));
            assertThat(Values.json(new Order("ann"))).isEqualTo("{\"first_name\":\"ann\"}");
        } finally {
            Values.use(Values.JSON);
        }
    }

    @Test
    void a_value_that_contains_itself_is_rejected() {
        List<Object> itself = new ArrayList<>();
        itself.add(itself);
        assertThatThrownBy(() -> Values.json(itself)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Values.toData(Map.of("in", itself))).isInstanceOf(IllegalArgumentException.class);
    }
}
