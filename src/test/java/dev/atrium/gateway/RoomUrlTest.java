package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.RoomId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which room a URL names, and which URLs name none. */
class RoomUrlTest {

    @ParameterizedTest
    @CsvSource({
        "/lobby, lobby",
        "/rooms/lobby, lobby",
        "/rooms/lobby/, lobby",
        "lobby, lobby",
        "/rooms/a%2Fb, a/b",
        "/rooms/a%2fb, a/b",
        "/rooms/a+b, a+b",
        "/rooms/%C3%A9t%c3%a9, été",
        "/rooms/%F0%9F%98%80, 😀",
        "/rooms/%25, %",
        "/rooms/%7Ea, ~a",
        "/rooms/%61, a"})
    void the_last_segment_is_the_name_of_the_room(String path, String name) {
        assertThat(RoomUrl.room("/chat", path)).isEqualTo(new RoomId("/chat", name));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /rooms/%        | room: expected two hexadecimal digits after %
            /rooms/a%4      | room: expected two hexadecimal digits after %
            /rooms/%4/      | room: expected two hexadecimal digits after %
            /rooms/%g1      | room: expected two hexadecimal digits after %
            /rooms/%1g      | room: expected two hexadecimal digits after %
            /rooms/%-1      | room: expected two hexadecimal digits after %
            /rooms/é        | room: expected a percent-encoded path
            /rooms/%FF      | room: expected percent-encoded UTF-8
            /rooms/%C3      | room: expected percent-encoded UTF-8
            /rooms/%C0%AF   | room: expected percent-encoded UTF-8
            /rooms/%ED%A0%80| room: expected percent-encoded UTF-8
            /rooms/%00      | room: expected printable characters, got U+0000
            /rooms//        | room: expected a name of 1 to 255 bytes
            /               | room: expected a name of 1 to 255 bytes
            """)
    void a_url_that_names_no_room_is_an_error_of_the_request(String path, String message) {
        ErrorReply error = WithGateway.error(() -> RoomUrl.room("/", path));
        assertThat(error.code()).isEqualTo(400);
        assertThat(error.getMessage()).isEqualTo(message);
    }

    @Test
    void a_namespace_that_cannot_be_is_named() {
        assertThat(WithGateway.error(() -> RoomUrl.room("chat", "/lobby")).getMessage()).isEqualTo("ns: expected a namespace that begins with /");
    }
}
