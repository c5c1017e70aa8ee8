package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of ids and secrets that a replica makes, and by which it is found again. */
class NodeTest {

    private final Node node = new Node("n-_9aZ");

    @Test
    void a_new_node_has_a_random_name_of_six_characters() {
        assertThat(Node.create().name()).matches("[\\w-]{6}").isNotEqualTo(Node.create().name());
    }

    @Test
    void ids_and_secrets_begin_with_the_name_of_their_node_and_are_never_the_same() {
        assertThat(node.newSessionId()).matches("~n-_9aZ[\\w-]{14}").isNotEqualTo(node.newSessionId());
        assertThat(node.newEngineId()).matches("n-_9aZ[\\w-]{14}").isNotEqualTo(node.newEngineId());
        assertThat(node.newToken()).matches("n-_9aZ[\\w-]{22}").isNotEqualTo(node.newToken());
    }

    @Test
    void a_node_is_found_by_what_it_has_made() {
        assertThat(SessionId.node(node.newSessionId())).isEqualTo("n-_9aZ");
        assertThat(Node.ofEngineId(node.newEngineId())).isEqualTo("n-_9aZ");
        assertThat(Node.ofToken(node.newToken())).isEqualTo("n-_9aZ");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "n-_9aZ", "n-_9aZ1234567890123", "n-_9aZ123456789012345", "n-_9aZ1234567890123+",
            "n-_9aZ12345678 0123",
            "n-_9aZ1234567890123\n", "ü-_9aZ12345678901234" })
    void a_malformed_engine_id_is_none(String sid) {
        assertThat(Node.ofEngineId(sid)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "n-_9aZ12345678901234", "n-_9aZ123456789012345678901", "n-_9aZ12345678901234567890123",
            "n-_9aZ123456789012345678901=" })
    void a_malformed_token_is_none(String token) {
        assertThat(Node.ofToken(token)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
            "~azAZ09-_azAZ09-_azAZ, true",
            "~AAAAAAAAAAAAAAAAAAAA, true",
            "~AAAAAAAAAAAAAAAAAAA,  false",
            "~AAAAAAAAAAAAAAAAAAAAA, false",
            "-AAAAAAAAAAAAAAAAAAAA, false",
            "~@AAAAAAAAAAAAAAAAAAA, false",
            "~[AAAAAAAAAAAAAAAAAAA, false",
            "~`AAAAAAAAAAAAAAAAAAA, false",
            "~{AAAAAAAAAAAAAAAAAAA, false",
            "~/AAAAAAAAAAAAAAAAAAA, false",
            "~:AAAAAAAAAAAAAAAAAAA, false",
            "~AAAAAAAAAAAAAAAAAAA., false",
            "~~AAAAAAAAAAAAAAAAAAA, false",
    })
    void a_session_id_is_a_tilde_and_twenty_characters_of_base64url(String name, boolean expected) {
        assertThat(SessionId.isSessionId(name)).isEqualTo(expected);
    }
}
