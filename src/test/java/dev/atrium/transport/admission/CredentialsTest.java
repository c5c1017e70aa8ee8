package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sources of the token in a request, and their order. */
class CredentialsTest {

    private static final String CARRIER = "quarkus-http-upgrade%23Authorization%23";

    @ParameterizedTest(name = "Authorization: {0}")
    @CsvSource({ "Bearer abc, abc", "bearer abc, abc", "BEARER  abc , abc", "Bearerabc,", "Basic abc,", "Bearer,",
            "'Bearer ', ''", "abc,", "," })
    void a_bearer_token_is_read_from_its_header(String header, String token) {
        assertThat(Credentials.token(new Requests().header("Authorization", header).request(), null, null)).isEqualTo(token);
    }

    @ParameterizedTest(name = "Sec-WebSocket-Protocol: {0}")
    @CsvSource(delimiter = '|', textBlock = """
            bearer-token-carrier, quarkus-http-upgrade%23Authorization%23Bearer%20abc  | abc
            bearer-token-carrier,quarkus-http-upgrade%23Authorization%23Bearer%20abc,x | abc
            quarkus-http-upgrade%23Authorization%23Bearer%20a%2Bb                      | a+b
            quarkus-http-upgrade%23Authorization%23Bearer+abc                          | abc
            quarkus-http-upgrade%23Authorization%23Basic%20abc                         |
            quarkus-http-upgrade%23X-Other%23Bearer%20abc                              |
            atrium.v1                                                                  |
            %zz, quarkus-http-upgrade%23Authorization%23Bearer%20abc                   | abc
            %zz                                                                        |
            """)
    void a_token_is_read_from_a_subprotocol(String header, String token) {
        assertThat(Credentials.token(new Requests().header("Sec-WebSocket-Protocol", header).request(), null, null))
                .isEqualTo(token);
    }

    @ParameterizedTest(name = "header {0}, subprotocol {1}, query {2}, cookie {3}: {4}")
    @CsvSource({
            "h,  s, q, c, h",
            ",   s, q, c, s",
            ",   ,  q, c, q",
            ",   ,  ,  c, c",
            ",   ,  ,   ,  ",
            "h,  ,  ,  c, h",
    })
    void the_header_comes_before_the_subprotocol_the_query_and_the_cookie(String header, String subprotocol, String query,
            String cookie,
            String token) {
        Requests request = new Requests().header("Authorization", header == null ? null : "Bearer " + header)
                .header("Sec-WebSocket-Protocol", subprotocol == null ? null : CARRIER + "Bearer%20" + subprotocol);
        if (cookie != null) {
            request.cookie("session", cookie);
        }
        assertThat(Credentials.token(request.request(), query, "session")).isEqualTo(token);
    }

    @Test
    void a_cookie_is_a_token_only_if_its_name_is_set() {
        Requests request = new Requests().cookie("session", "c");
        assertThat(Credentials.token(request.request(), null, null)).isNull();
        assertThat(Credentials.token(request.request(), null, "other")).isNull();
    }

    @Test
    void an_api_key_is_read_from_its_header() {
        assertThat(Credentials.key(new Requests().header("x-api-key", "secret").request())).isEqualTo("secret");
        assertThat(Credentials.key(new Requests().header("Authorization", "Bearer abc").request())).isNull();
    }

    @ParameterizedTest(name = "{0} without its token: {1}")
    @CsvSource({
            "access_token=abc,                   ''",
            "access_token=abc&room=a,            ?room=a",
            "room=a&access_token=abc,            ?room=a",
            "a=1&access_token=abc&b=2,           ?a=1&b=2",
            "a=1;access_token=abc;b=2,           ?a=1&b=2",
            "access_token=a&access_token=b&c=3,  ?c=3",
            "access%5Ftoken=abc&b=2,             ?b=2",
            "%61ccess_token=abc,                 ''",
            "access_token,                       ''",
            "access_token=a=b&c=3,               ?c=3",
            "my_access_token=abc,                ?my_access_token=abc",
            "ACCESS_TOKEN=abc,                   ''",
            "x=access_token&y=%zz,               ?x=access_token&y=%zz",
            "%zz=1&access_token=abc,             ?%zz=1",
    })
    void a_token_is_removed_from_the_query(String query, String rest) {
        assertThat(Credentials.without(query)).isEqualTo(rest);
    }
}
