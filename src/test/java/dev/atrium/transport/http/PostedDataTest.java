package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.Data;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversion of the body of a request to the data of a message. */
class PostedDataTest {

    private static final byte[] NOT_UTF8 = { 'a', (byte) 0xe9 };

    @ParameterizedTest
    @ValueSource(strings = { "application/json", "Application/JSON; charset=utf-8", "application/geo+json", "application/*" })
    void json_is_taken_over_as_it_was_written(String type) {
        assertThat(PostedData.read(type, utf8("{\"a\":\n1.50}"))).isEqualTo(new Data.Json("{\"a\": 1.50}"));
        assertThat(PostedData.read(type, utf8("\"\u00e9\""))).isEqualTo(new Data.Text("\u00e9"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "text/*" })
    void text_is_utf8_unless_a_charset_is_named(String type) {
        assertThat(PostedData.read(type, utf8("{\u00e9\n"))).isEqualTo(new Data.Text("{\u00e9\n"));
    }

    @Test
    void text_may_be_of_another_charset() {
        assertThat(PostedData.read("text/plain;charset=iso-8859-1", NOT_UTF8)).isEqualTo(new Data.Text("a\u00e9"));
    }

    /** Java decodes it, and UTF-8 could not encode it again. */
    @Test
    void half_a_surrogate_pair_of_another_charset_is_kept_as_json() {
        byte[] half = { 0, 0, (byte) 0xd8, 0 };
        assertThat(PostedData.read("text/plain;charset=UTF-32BE", half)).isEqualTo(new Data.Json("\"\\ud800\""));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "application/octet-stream", "image/png", "text/html", "application/jsonlines" })
    void anything_else_is_bytes(String type) {
        byte[] body = { 0, (byte) 0xff };
        assertThat(PostedData.read(type, body)).isInstanceOfSatisfying(Data.Binary.class,
                data -> assertThat(data.bytes()).isSameAs(body));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("", utf8("a"), "Content-Type: expected a media type"),
                Arguments.of("a;b/c", utf8("a"), "Content-Type: expected a media type"),
                Arguments.of("text/plain;charset=nonsense-8", utf8("a"), "Content-Type: expected a known charset"),
                Arguments.of("text/plain;charset=\"no such\"", utf8("a"), "Content-Type: expected a known charset"),
                Arguments.of("text/plain", NOT_UTF8, "body: expected text in UTF-8"),
                Arguments.of("text/plain;charset=us-ascii", NOT_UTF8, "body: expected text in US-ASCII"),
                Arguments.of("application/json", NOT_UTF8, "body: expected text in UTF-8"),
                Arguments.of("application/json", utf8(""), "body: expected a JSON value"),
                Arguments.of("application/json", utf8("1 2"), "body: expected one JSON value and nothing after it"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "x", "{]", "{\"a\":1", "[1,]", "'a'", "01" })
    void malformed_json_is_refused_with_the_reason(String body) {
        assertThatThrownBy(() -> PostedData.read("application/json", utf8(body))).isInstanceOfSatisfying(ErrorReply.class,
                error -> assertThat(error.code()).isEqualTo(400)).hasMessageStartingWith("body: not JSON: ");
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("mistakes")
    void an_invalid_body_is_refused_with_the_expected_form(String type, byte[] body, String message) {
        assertThatThrownBy(() -> PostedData.read(type, body)).isInstanceOfSatisfying(ErrorReply.class,
                error -> assertThat(error.code()).isEqualTo(400)).hasMessage(message);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
