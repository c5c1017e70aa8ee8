package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters in the query of a WebSocket's URL. */
class SocketQueryTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "-, -, /, true", "/chat, true, /chat, true", "'', false, '', false" })
    void an_absent_parameter_has_its_default(String ns, String echo, String namespace, boolean echoes) {
        Map<String, String> query = new HashMap<>();
        query.put("ns", ns);
        query.put("echo", echo);
        assertThat(SocketQuery.of(request(query))).isEqualTo(new SocketQuery(namespace, echoes));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "TRUE", "False", "1", "no" })
    void an_echo_that_is_neither_is_refused(String echo) {
        assertThatThrownBy(() -> SocketQuery.of(request(Map.of("echo", echo)))).isInstanceOfSatisfying(ErrorReply.class,
                error -> {
                    assertThat(error.code()).isEqualTo(400);
                    assertThat(error).hasMessage("echo: expected true or false");
                });
    }

    @Test
    void a_query_that_is_not_percent_encoded_is_refused() {
        assertThatThrownBy(() -> SocketQuery.of(request(null))).isInstanceOfSatisfying(ErrorReply.class, error -> {
            assertThat(error.code()).isEqualTo(400);
            assertThat(error).hasMessage("query: expected percent-encoded UTF-8");
        });
    }

    /** @param query null for a query that Vert.x cannot decode */
    private static HttpServerRequest request(Map<String, String> query) {
        return (HttpServerRequest) Proxy.newProxyInstance(SocketQueryTest.class.getClassLoader(),
                new Class<?>[] { HttpServerRequest.class },
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("getParam");
                    if (query == null) {
                        throw new IllegalArgumentException("invalid hex");
                    }
                    return query.get((String) arguments[0]);
                });
    }
}
