package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters of a query. */
class QueryTest {

    private static HttpServerRequest request(String query) {
        return (HttpServerRequest) Proxy.newProxyInstance(QueryTest.class.getClassLoader(),
                new Class<?>[] { HttpServerRequest.class }, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("query");
                    return query;
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "-                       | -",
            "''                      | -",
            "names=x&xns=y           | -",
            "ns                      | ''",
            "a=b&ns=                 | ''",
            "ns=%2Fa+b%20c%2Bd       | /a b c+d",
            "n%73=/a                 | /a",
            "ns=a=b                  | a=b",
            "ns=%C3%BC%EF%BF%BD      | \u00fc\ufffd",
            "x=%FF&ns=/a             | /a" })
    void a_value_is_decoded(String query, String value) {
        assertThat(Query.parameter(request(query), "ns")).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "ns=/%FF                 | ns: expected percent-encoded UTF-8",
            "x=%EF%BF%BD&ns=/%FF     | ns: expected percent-encoded UTF-8",
            "ns=\u00fc                | ns: expected percent-encoded UTF-8",
            "ns=%zz                  | ns: expected two hexadecimal digits after %",
            "ns=%a                   | ns: expected two hexadecimal digits after %",
            "ns=/a&x=1&ns=/a         | ns: expected once",
            "ns&n%73=                | ns: expected once" })
    void a_value_that_may_be_read_in_two_ways_is_refused(String query, String message) {
        assertThatThrownBy(() -> Query.parameter(request(query), "ns")).isInstanceOf(ErrorReply.class).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({ "x=1,", "ns=/a, /a", "ns, ''", "ns=/a&ns=/a, ''", "ns=%zz, ''" })
    void a_protocol_with_errors_of_its_own_gets_no_value_that_it_knows(String query, String value) {
        assertThat(Query.unchecked(request(query), "ns")).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({ "x=1, false, false", "x=1, true, true", "on, false, true", "on=, true, true", "on=true, false, true",
            "on=false, true, false" })
    void a_flag_without_a_value_is_true(String query, boolean absent, boolean value) {
        assertThat(Query.flag(request(query), "on", absent)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = { "on=1", "on=TRUE", "on=False", "on=yes" })
    void any_other_flag_is_refused(String query) {
        assertThatThrownBy(() -> Query.flag(request(query), "on", true)).isInstanceOfSatisfying(ErrorReply.class,
                error -> assertThat(error.code()).isEqualTo(400)).hasMessage("on: expected true or false");
    }
}
