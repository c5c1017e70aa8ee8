package dev.atrium.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.gateway.ErrorReply;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls of event handlers: the values of their parameters, and what happens to their result. */
class HandlerTest {

    /** Argument that Jackson deserializes. */
    public record Move(String from, int to) {
    }

    @ParameterizedTest(name = "{1} as {0}")
    @CsvSource(delimiter = '|', value = {
            "java.lang.String                                        | [\"a\"]                   | [a]",
            "int                                                     | [7]                       | [7]",
            "java.lang.String                                        | []                        | [null]",
            "java.lang.String                                        | [null]                    | [null]",
            "dev.atrium.application.HandlerTest$Move                 | [{\"from\":\"a\",\"to\":1}] | [Move[from=a, to=1]]",
            "java.util.List<dev.atrium.application.HandlerTest$Move> | [[{\"from\":\"a\",\"to\":1}]] | [[Move[from=a, to=1]]]",
            "java.util.Map<java.lang.String,java.lang.Integer>       | [{\"a\":1}]               | [{a=1}]",
            "com.fasterxml.jackson.databind.JsonNode                 | [{\"a\":1}]               | [{\"a\":1}]",
            "com.fasterxml.jackson.databind.JsonNode                 | [null]                    | [null]",
    })
    void arguments_become_what_the_parameters_are(String type, String arguments, String expected) throws IOException {
        assertThat(called(false, List.of(type), arguments)).isEqualTo(expected);
    }

    @Test
    void arrays_are_named_as_the_jvm_names_them() throws IOException {
        assertThat(called(false, List.of("[Ljava.lang.String;", "[I"), "[[\"a\",\"b\"],[1,2]]")).isEqualTo("[[a, b], [1, 2]]");
    }

    @Test
    void variable_arguments_are_all_that_are_left() throws IOException {
        assertThat(called(true, List.of("int", "[Ljava.lang.String;"), "[1,\"a\",\"b\"]")).isEqualTo("[1, [a, b]]");
        assertThat(called(true, List.of("int", "[Ljava.lang.String;"), "[1]")).isEqualTo("[1, []]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "int                            | [\"a\"] | argument 1: expected int",
            "int                            | []      | argument 1: expected int",
            "java.util.List<java.lang.Long> | [7]     | argument 1: expected List",
            "java.math.BigDecimal           | [1e400] | argument 1: expected BigDecimal",
            "java.math.BigInteger           | [1e400] | argument 1: expected BigInteger",
            "java.util.List<java.math.BigDecimal> | [[1e400]] | argument 1: expected List",
            "java.time.Instant              | [9223372036854775807] | argument 1: expected Instant",
    })
    void arguments_that_do_not_fit_are_refused_with_their_number(String type, String arguments, String message) {
        assertThatThrownBy(() -> called(false, List.of(type), arguments)).isInstanceOf(ErrorReply.class).hasMessage(message);
    }

    @Test
    void a_parameter_that_jackson_cannot_make_is_not_the_fault_of_the_client() {
        assertThatThrownBy(() -> called(false, List.of("java.lang.Runnable"), "[{}]")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("parameter 1");
    }

    @Test
    void the_mapper_of_the_application_reads_the_arguments() throws IOException {
        ObjectMapper lenient = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        JsonNode move = Values.JSON.readTree("{\"from\":\"a\",\"to\":1,\"by\":\"ann\"}");
        Handler handler = new Handler(new HandlerDescription("/", HandlerDescription.Kind.EVENT, "test", false, false, false,
                List.of(Move.class.getName())), (bean, parameters) -> parameters[0], lenient, Supplier::get);
        assertThat(handler.call(null, null, List.of(move)).await().indefinitely()).isEqualTo(new Move("a", 1));
    }

    @Test
    void a_result_is_a_value_or_what_a_uni_completes_with() throws IOException {
        assertThat(result(parameters -> "now")).isEqualTo("now");
        assertThat(result(parameters -> Uni.createFrom().item("later"))).isEqualTo("later");
        assertThat(result(parameters -> CompletableFuture.supplyAsync(() -> "later"))).isEqualTo("later");
        assertThat(result(parameters -> null)).isNull();
    }

    @Test
    void an_exception_of_a_handler_is_the_failure() {
        assertThatThrownBy(() -> result(parameters -> {
            throw new ErrorReply(402, "pay first");
        })).isInstanceOf(ErrorReply.class).hasMessage("pay first");
        assertThatThrownBy(() -> result(parameters -> {
            throw new IOException("checked");
        })).isInstanceOf(IllegalStateException.class).hasRootCauseMessage("checked");
        assertThatThrownBy(() -> result(parameters -> CompletableFuture.supplyAsync(() -> {
            throw new ErrorReply(402, "pay first");
        }))).isInstanceOf(ErrorReply.class).hasMessage("pay first");
    }

    @Test
    void a_description_is_the_same_after_it_was_encoded() {
        for (List<String> parameters : List.of(List.<String> of(), List.of("int", "java.util.List<java.lang.String>"))) {
            HandlerDescription description = new HandlerDescription("/chat", HandlerDescription.Kind.EVENT, "new message", true,
                    false,
                    true, parameters);
            assertThat(HandlerDescription.decode(description.encoded())).isEqualTo(description);
        }
    }

    private interface Body {
        Object call(Object[] parameters) throws Exception;
    }

    private static Object result(Body body) throws IOException {
        return handler(false, List.of(), body).call(null, null, List.of()).await().indefinitely();
    }

    private static String called(boolean varArgs, List<String> types, String arguments) throws JsonProcessingException {
        List<JsonNode> nodes = new ArrayList<>();
        Values.JSON.readTree(arguments).forEach(nodes::add);
        return (String) handler(varArgs, types, Arrays::deepToString).call(null, null, nodes).await().indefinitely();
    }

    private static Handler handler(boolean varArgs, List<String> types, Body body) {
        return new Handler(new HandlerDescription("/", HandlerDescription.Kind.EVENT, "test", false, false, varArgs, types),
                (bean, parameters) -> body.call(parameters), Values.JSON, Supplier::get);
    }
}
