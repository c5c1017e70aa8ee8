package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of a client's subprotocols an endpoint confirms. */
class SubprotocolsTest {

    private static final String TOKEN = "quarkus-http-upgrade%23Authorization%23Bearer%20abc";

    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            atrium.v1                                | atrium.v1
            other,atrium.v1                          | atrium.v1
            other;atrium.v1, more                    | atrium.v1
            atrium.v1;T                              | atrium.v1
            bearer-token-carrier, T; atrium.v1       | atrium.v1
            bearer-token-carrier, T                  | bearer-token-carrier
            other                                    | none
            Atrium.v1                                | none
            T                                        | none
            none                                     | none
            """)
    void an_endpoint_confirms_what_it_speaks(String offers, String confirmed) {
        assertThat(confirm(Subprotocols.of("atrium.v1"), offers)).isEqualTo(confirmed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            atrium.v1                                | none
            atrium.v1; bearer-token-carrier, T       | bearer-token-carrier
            """)
    void an_endpoint_without_a_subprotocol_confirms_the_carrier_of_a_token_alone(String offers, String confirmed) {
        assertThat(confirm(Subprotocols.of(), offers)).isEqualTo(confirmed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            first,second                             | first
            first;second                             | first
            T, second                                | second
            bearer-token-carrier, T                  | bearer-token-carrier
            bearer-token-carrier, T, own             | own
            not a token, second                      | second
            T                                        | none
            none                                     | none
            """)
    void socket_io_confirms_the_first_offer_that_carries_no_token(String offers, String confirmed) {
        assertThat(confirm(Subprotocols.firstOffered(), offers)).isEqualTo(confirmed);
    }

    /** @param offers lines of the header are separated by semicolons */
    private String confirm(Subprotocols subprotocols, String offers) {
        if (offers != null) {
            for (String line : offers.replace("T", TOKEN).split(";")) {
                headers.add("Sec-WebSocket-Protocol", line);
            }
        }
        List<String> confirmed = subprotocols.negotiate(request()).get("Sec-WebSocket-Protocol");
        assertThat(headers.contains("Sec-WebSocket-Protocol")).isFalse();
        return confirmed == null ? null : confirmed.get(0);
    }

    private HttpServerRequest request() {
        return (HttpServerRequest) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] { HttpServerRequest.class },
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("headers");
                    return headers;
                });
    }
}
