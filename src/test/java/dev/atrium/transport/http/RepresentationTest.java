package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Representation of a room by the Accept header of the client. */
class RepresentationTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "*/*                                                               | application/json",
            "application/json                                                  | application/json",
            "application/*                                                     | application/json",
            "text/html                                                         | text/html",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8   | text/html",
            "text/event-stream                                                 | text/event-stream",
            "application/x-ndjson                                              | application/x-ndjson",
            "application/json;q=0.5, text/event-stream                         | text/event-stream",
            "text/event-stream;q=0.4, application/x-ndjson;q=0.6               | application/x-ndjson",
            "image/png, */*;q=0.1                                              | application/json",
            "application/json;q=0, */*                                         | text/html",
            "application/json;q=0, text/html;q=0.0, */*                        | text/event-stream",
            "application/*;q=0, text/html;q=0, */*;q=0.1                       | text/event-stream",
            "text/event-stream;q=0, application/x-ndjson;q=0.1                 | application/x-ndjson",
            "application/*;q=0, application/x-ndjson                           | application/x-ndjson",
    })
    void a_client_gets_what_it_likes_best(String accept, String best) {
        assertThat(Representation.best(accept)).isEqualTo(best);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "image/png", "text/plain", "application/xml, image/*", "text/event-stream;q=0",
            "application/x-ndjson;q=0", "text/html;q=0", "application/json;q=0.000", "*/*;q=0" })
    void a_client_that_likes_none_of_them_gets_none(String accept) {
        assertThat(Representation.best(accept)).isNull();
    }

    @ParameterizedTest
    @CsvSource({ "application/json;q=0, true", "image/png, true", "*/*;q=0, true", "'application/json;q=0, */*', true",
            "'application/*;q=0, application/json', false", "*/*, false", "application/json;q=0.001, false", "text/, false",
            "'', false", ", false" })
    void a_client_may_exclude_json(String accept, boolean excluded) {
        assertThat(Representation.excludesJson(accept)).isEqualTo(excluded);
    }

    @ParameterizedTest
    @ValueSource(strings = { ";", "text/", "a;b/c", "text/html;q=2, */*", "*/*;q=-1", "*/*;q=x", "*/*;q=NaN" })
    void an_invalid_accept_header_is_left_to_the_resource(String accept) {
        assertThat(Representation.best(accept)).isNull();
    }
}
