package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.RoomId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names in paths of URLs. */
class PathSegmentTest {

    @ParameterizedTest
    @CsvSource({ "/users/ann, ann", "/users/ann/, ann", "/users/ann;b, ann;b", "/users/ann%3Bb, ann;b", "/users/ann;b/, ann;b",
            "/, ''" })
    void the_last_segment_is_decoded_whole(String path, String name) {
        assertThat(PathSegment.last("user", path)).isEqualTo(name);
    }

    @Test
    void a_segment_that_is_not_encoded_is_refused_with_the_name_of_its_field() {
        assertThatThrownBy(() -> PathSegment.last("user", "/users/%ff")).isInstanceOf(ErrorReply.class)
                .hasMessage("user: expected percent-encoded UTF-8");
    }

    @ParameterizedTest
    @CsvSource({ "/rooms/a/messages, /rooms/a", "/rooms/a/messages/, /rooms/a", "/rooms/a%2Fb/messages, /rooms/a%2Fb" })
    void the_parent_is_the_path_before_the_last_segment(String path, String parent) {
        assertThat(PathSegment.parent(path)).isEqualTo(parent);
    }

    @ParameterizedTest
    @CsvSource({
            "/rooms/lobby, lobby",
            "/rooms/lobby/, lobby",
            "/ws/rooms/a%20b, 'a b'",
            "/rooms/a+b, a+b",
            "/rooms/a%2Fb, a/b",
            "/rooms/a%2fb%2F, a/b/",
            "/rooms/%C3%BC%e2%82%ac, \u00fc\u20ac",
            "/rooms/%F0%9F%98%80, \ud83d\ude00",
            "/rooms/100%25, 100%",
            "/rooms/%2541, %41",
            "lobby, lobby",
    })
    void the_last_segment_names_the_room(String path, String name) {
        assertThat(PathSegment.room("/chat", path)).isEqualTo(new RoomId("/chat", name));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "/rooms/a%     | room: expected two hexadecimal digits after %",
            "/rooms/a%4    | room: expected two hexadecimal digits after %",
            "/rooms/%g0    | room: expected two hexadecimal digits after %",
            "/rooms/%0g    | room: expected two hexadecimal digits after %",
            "/rooms/%4/    | room: expected two hexadecimal digits after %",
            "/rooms/\u00fc | room: expected percent-encoded UTF-8",
            "/rooms/%FF    | room: expected percent-encoded UTF-8",
            "/rooms/%C3    | room: expected percent-encoded UTF-8",
            "/rooms/%C0%80 | room: expected percent-encoded UTF-8",
            "/rooms/%ED%A0%80 | room: expected percent-encoded UTF-8",
            "/rooms//      | room: expected a name of 1 to 255 bytes",
            "/             | room: expected a name of 1 to 255 bytes",
            "/rooms/a%0Ab  | room: expected printable characters, got U+000A",
    })
    void a_url_that_names_no_room_is_refused_with_the_expected_form(String path, String message) {
        assertThatThrownBy(() -> PathSegment.room("/", path)).isInstanceOfSatisfying(ErrorReply.class,
                error -> assertThat(error.code()).isEqualTo(400)).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({ "chat, ns: expected a namespace that begins with /", "/a b, 'ns: expected no space, comma or question mark'" })
    void a_namespace_that_is_none_is_refused(String namespace, String message) {
        assertThatThrownBy(() -> PathSegment.room(namespace, "/rooms/r")).isInstanceOf(ErrorReply.class).hasMessage(message);
    }
}
