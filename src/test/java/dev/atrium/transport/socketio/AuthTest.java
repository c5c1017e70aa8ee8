package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.RecoveryOffset;
import dev.atrium.room.StreamPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields that are read from the payload of a CONNECT packet, and fields that are ignored. */
class AuthTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "''                                         | -   | -   | false",
            "{}                                         | -   | -   | false",
            "{\"token\":\"t\"}                          | t   | -   | false",
            "{\"token\":\"t\",\"pid\":\"p\"}            | t   | p   | false",
            "{\"token\":\"\",\"pid\":\"\",\"meta\":true} | ''  | ''  | true",
            "{\"token\":7,\"pid\":{}}                   | -   | -   | false",
            "{\"token\":null,\"pid\":null,\"meta\":null} | -  | -   | false",
            "{\"meta\":false}                           | -   | -   | false",
            "{\"auth\":{\"token\":\"t\"}}               | -   | -   | false",
    })
    void fields_of_another_kind_are_as_good_as_absent(String payload, String token, String pid, boolean meta) {
        Auth auth = Auth.parse(payload);
        assertThat(auth.token()).isEqualTo(token);
        assertThat(auth.pid()).isEqualTo(pid);
        assertThat(auth.wantsMeta()).isEqualTo(meta);
        assertThat(auth.last()).isNull();
    }

    @Test
    void the_offset_holds_the_position_of_the_client() {
        assertThat(Auth.parse("{\"pid\":\"p\",\"offset\":\"1795218376447123.E.7.a.b\"}").last())
                .isEqualTo(new RecoveryOffset("a.b", new StreamPosition("E", 7), 1795218376447123L));
    }

    @ParameterizedTest
    @ValueSource(strings = { "7", "null", "\"\"", "\"1.E.7\"", "\"x.E.7.r\"", "\"1.E.x.r\"", "[]" })
    void an_offset_that_is_none_is_as_good_as_absent(String offset) {
        assertThat(Auth.parse("{\"offset\":" + offset + "}").last()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "{", "x", "{\"token\":}" })
    void malformed_json_is_rejected(String payload) {
        assertThatThrownBy(() -> Auth.parse(payload)).isInstanceOf(MalformedPacketException.class).hasMessage("not JSON");
    }
}
