package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters in the query of a WebSocket's URL. */
class SocketQueryTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "-, /, true", "ns=/chat&echo=true, /chat, true", "ns=&echo=false, '', false" })
    void an_absent_parameter_has_its_default(String query, String namespace, boolean echoes) {
        assertThat(SocketQuery.of(request(query))).isEqualTo(new SocketQuery(namespace, echoes));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "echo=      | echo: expected true or false",
            "echo=TRUE  | echo: expected true or false",
            "echo=False | echo: expected true or false",
            "echo=1     | echo: expected true or false",
            "echo=no    | echo: expected true or false",
            "ns=%zz     | ns: expected two hexadecimal digits after %",
            "ns=/%FF    | ns: expected percent-encoded UTF-8" })
    void a_value_that_means_nothing_is_refused(String query, String message) {
        assertThatThrownBy(() -> SocketQuery.of(request(query))).isInstanceOfSatisfying(ErrorReply.class, error -> {
            assertThat(error.code()).isEqualTo(400);
            assertThat(error).hasMessage(message);
        });
    }

    private static HttpServerRequest request(String query) {
        return (HttpServerRequest) Proxy.newProxyInstance(SocketQueryTest.class.getClassLoader(),
                new Class<?>[] { HttpServerRequest.class },
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("query");
                    return query;
                });
    }
}
