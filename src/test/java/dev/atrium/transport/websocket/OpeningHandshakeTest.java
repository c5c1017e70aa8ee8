package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Form of an opening handshake: what is accepted, and which header an error names. */
class OpeningHandshakeTest {

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Connection", "Upgrade")
            .add("Upgrade", "websocket").add("Sec-WebSocket-Version", "13").add("Sec-WebSocket-Key", KEY);
    private HttpVersion version = HttpVersion.HTTP_1_1;

    @Test
    void lists_and_several_lines_are_one_list_of_which_one_element_counts() {
        headers.set("Connection", "keep-alive, foo").add("Connection", "UPGRADE").set("Upgrade", "foo/1, WebSocket")
                .add("Upgrade", "bar");
        OpeningHandshake.require(request());
        assertThat(headers.getAll("Connection")).containsExactly("Upgrade");
        assertThat(headers.getAll("Upgrade")).containsExactly("websocket");
    }

    @ParameterizedTest
    @CsvSource({ "HTTP_1_0, 426", "HTTP_2, 400" })
    void another_version_of_http_is_none(HttpVersion other, int status) {
        version = other;
        assertError(status, "Upgrade: expected HTTP/1.1");
    }

    @ParameterizedTest
    @CsvSource({ "0", "7", "8", "12", "14", "99", "-13", "13 8", "x", "''", "'13, 8'", "," })
    void another_version_of_the_protocol_is_answered_with_the_supported_one(String other) {
        headers.remove("Sec-WebSocket-Version");
        if (other != null) {
            headers.add("Sec-WebSocket-Version", other);
        }
        assertError(426, "Sec-WebSocket-Version: expected 13");
    }

    @ParameterizedTest
    @CsvSource({ "''", "abc", "AAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA", "dGhlIHNhbXBsZSBub25jZQ=",
            "AAAAAAAAAAAAAAAAAAAAAAAA",
            "!!!!!!!!!!!!!!!!!!!!!!==", "," })
    void a_key_has_16_bytes_in_base64(String other) {
        headers.remove("Sec-WebSocket-Key");
        if (other != null) {
            headers.add("Sec-WebSocket-Key", other);
        }
        assertError(400, "Sec-WebSocket-Key: expected 16 bytes in Base64");
    }

    @Test
    void there_is_one_key() {
        headers.add("Sec-WebSocket-Key", KEY);
        assertError(400, "Sec-WebSocket-Key: expected 16 bytes in Base64");
    }

    @ParameterizedTest
    @CsvSource({ "keep-alive", "''", "," })
    void the_connection_is_upgraded(String other) {
        headers.remove("Connection");
        if (other != null) {
            headers.add("Connection", other);
        }
        assertError(400, "Connection: expected Upgrade");
    }

    @ParameterizedTest
    @CsvSource({ "Content-Length, 5", "Transfer-Encoding, chunked" })
    void a_handshake_has_no_body(String header, String value) {
        headers.add(header, value);
        assertError(400, "body: expected none in a handshake");
    }

    @Test
    void an_empty_body_is_none() {
        headers.addAll(Map.of("Content-Length", "0"));
        OpeningHandshake.require(request());
    }

    private void assertError(int code, String message) {
        assertThatThrownBy(() -> OpeningHandshake.require(request())).isInstanceOf(ErrorReply.class).hasMessage(message)
                .extracting(error -> ((ErrorReply) error).code()).isEqualTo(code);
    }

    private HttpServerRequest request() {
        return (HttpServerRequest) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] { HttpServerRequest.class },
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getHeader" -> headers.get(arguments[0].toString());
                    case "headers" -> headers;
                    case "version" -> version;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
