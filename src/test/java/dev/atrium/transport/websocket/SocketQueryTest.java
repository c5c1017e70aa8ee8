package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.Transport;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which parameters the URL of a WebSocket has. */
class SocketQueryTest {

    private static SocketQuery query(Transport transport, String query) {
        return SocketQuery.of((HttpServerRequest) Proxy.newProxyInstance(SocketQueryTest.class.getClassLoader(),
                new Class<?>[] { HttpServerRequest.class }, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("query");
                    return query;
                }), transport);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", value = { "PLAIN, none, /, true", "PLAIN, ns=/a&echo=false, /a, false",
            "SESSION, ns=/a&echo=false, /a, true", "SESSION, echo=yes, /, true", "ECHO, ns=/a&ns=/b&echo=yes, /, true" })
    void a_parameter_that_the_path_does_not_have_is_ignored(Transport transport, String query, String namespace, boolean echo) {
        assertThat(query(transport, query)).isEqualTo(new SocketQuery(namespace, echo));
    }

    @ParameterizedTest
    @CsvSource({ "PLAIN, echo=yes, echo: expected true or false", "SESSION, ns=/a&ns=/b, ns: expected once" })
    void one_that_it_has_is_checked(Transport transport, String query, String message) {
        assertThatThrownBy(() -> query(transport, query)).isInstanceOf(ErrorReply.class).hasMessage(message);
    }
}
