package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names in paths of URLs. {@link RoomUrlTest} has the encodings. */
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
}
