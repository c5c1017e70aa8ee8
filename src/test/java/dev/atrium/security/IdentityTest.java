package dev.atrium.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of identities, keys of rate limits, and codes of limits. */
class IdentityTest {

    @ParameterizedTest(name = "{0} {1} at {2}: user {3}, key {4}, written {5}")
    @CsvSource(nullValues = "-", value = {
            "TOKEN,     ann,  192.0.2.1, ann, uann,       TOKEN ann",
            "TOKEN,     ann,  '',        ann, uann,       TOKEN ann",
            "KEY,       shop, 192.0.2.1, -,   a192.0.2.1, KEY shop",
            "KEY,       shop, '',        -,   -,          KEY shop",
            "ANONYMOUS, -,    192.0.2.1, -,   a192.0.2.1, ANONYMOUS",
            "NOBODY,    -,    '',        -,   -,          NOBODY",
    })
    void a_caller_is_identified_by_its_user_or_else_by_its_address(Identity.Kind kind, String name, String address, String user,
            String key,
            String written) {
        Identity identity = new Identity(kind, name, Permissions.parse("secret:join"), Identity.NEVER);
        assertThat(identity.user()).isEqualTo(user);
        assertThat(identity.isNobody()).isEqualTo(kind == Identity.Kind.NOBODY);
        assertThat(identity).hasToString(written);
        assertThat(new Caller(identity, address).key()).isEqualTo(key);
    }

    @Test
    void a_caller_that_authenticates_keeps_its_address() {
        Identity ann = new Identity(Identity.Kind.TOKEN, "ann", Permissions.NONE, 7);
        assertThat(new Caller(Identity.NOBODY, "192.0.2.1").as(ann)).isEqualTo(new Caller(ann, "192.0.2.1"));
    }

    @ParameterizedTest(name = "{0} is {1}, {2}")
    @CsvSource({
            "CONNECTIONS, 503, connections, false", "HANDSHAKES, 503, handshakes, false", "OVERLOAD, 503, overload, true",
            "MEMORY, 503, memory, true", "DRAINING, 503, draining, true",
            "CONNECTIONS_PER_ADDRESS, 429, connections_per_address, false",
            "CONNECTIONS_PER_USER, 429, connections_per_user, false", "PENALTY, 429, penalty, false",
            "MESSAGES, 429, messages, false",
            "BYTES, 429, bytes, false", "ROOMS, 429, rooms, false", "FIRST_COMMAND, 408, first_command, false",
    })
    void a_limit_of_the_replica_is_503_and_one_of_the_client_429(Limit limit, int code, String label, boolean shared) {
        assertThat(limit.code()).isEqualTo(code);
        assertThat(limit.label()).isEqualTo(label);
        assertThat(limit.isSharedByAll()).isEqualTo(shared);
        assertThat(new LimitException(limit)).hasMessage(limit.message()).hasNoCause();
        assertThat(limit.message()).isNotBlank();
    }
}
