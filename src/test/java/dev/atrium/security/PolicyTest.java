package dev.atrium.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.RoomId;
import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Permissions of everyone combined with those of a token. */
class PolicyTest {

    private static final RoomId LOBBY = RoomId.of("/", "lobby");

    private final Policy open = new Policy(SecuritySettings.of());
    private final Policy required = new Policy(SecuritySettings.of("auth.mode", "required"));

    private static Identity granted(String permissions) {
        return new Identity(Identity.Kind.TOKEN, "ann", Permissions.parse(permissions), Identity.NEVER);
    }

    @ParameterizedTest
    @EnumSource(Permission.class)
    void an_open_server_allows_everyone_everything_except_admin(Permission permission) {
        boolean allowed = permission != Permission.ADMIN;
        for (Policy policy : new Policy[] { open, Policy.open() }) {
            assertThat(policy.allows(Identity.ANONYMOUS, LOBBY, permission)).isEqualTo(allowed);
            assertThat(policy.allows(Identity.ANONYMOUS, RoomId.everyone("/chat"), permission)).isEqualTo(allowed);
            assertThat(policy.allowsEverywhere(Identity.ANONYMOUS, permission)).isEqualTo(allowed);
            assertThat(policy.reaches(Identity.ANONYMOUS, "/chat")).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Permission.class)
    void a_server_that_requires_tokens_allows_only_what_the_token_grants(Permission permission) {
        assertThat(required.allows(Identity.ANONYMOUS, LOBBY, permission)).isFalse();
        assertThat(required.allows(granted("lobby:" + permission.word()), LOBBY, permission)).isTrue();
        assertThat(required.allows(granted("other:" + permission.word()), LOBBY, permission)).isFalse();
    }

    @Test
    void an_unauthenticated_client_is_anonymous_or_has_no_identity() {
        assertThat(open.unauthenticated()).isEqualTo(Identity.ANONYMOUS);
        assertThat(Policy.open().unauthenticated()).isEqualTo(Identity.ANONYMOUS);
        assertThat(required.unauthenticated()).isEqualTo(Identity.NOBODY);
    }

    @ParameterizedTest
    @EnumSource(Permission.class)
    void a_client_without_identity_is_allowed_nothing_whatever_everyone_is_granted(Permission permission) {
        Policy policy = new Policy(SecuritySettings.of("auth.mode", "required", "permissions.everyone", "/* *:admin"));
        assertThat(policy.allows(Identity.NOBODY, LOBBY, permission)).isFalse();
        assertThat(policy.allowsEverywhere(Identity.NOBODY, permission)).isFalse();
        assertThat(policy.reaches(Identity.NOBODY, "/")).isFalse();
        assertThat(policy.allows(Identity.ANONYMOUS, LOBBY, permission)).isTrue();
    }

    @ParameterizedTest(name = "everyone {0}, token {1}: {2} allowed {3}, everywhere {4}, reaches /chat {5}")
    @CsvSource({
            "lobby:join,       other:join,     JOIN,    true,  false, false",
            "lobby:join,       lobby:send,     SEND,    true,  false, false",
            "lobby:join,       other:join,     SEND,    false, false, false",
            "lobby:join,       /* *:send,      SEND,    true,  true,  true",
            "/* *:send,        other:join,     SEND,    true,  true,  true",
            "/* *:send,        other:join,     ADMIN,   false, false, true",
            "lobby:join,       /* *:admin,     HISTORY, true,  true,  true",
            "lobby:join,       *:admin,        HISTORY, true,  false, false",
            "lobby:join,       /* lobby:send,  SEND,    true,  false, true",
            "/chat x:join,     other:join,     JOIN,    false, false, true",
    })
    void permissions_of_everyone_and_of_the_token_add_up(String everyone, String token, Permission permission, boolean allowed,
            boolean everywhere,
            boolean reaches) {
        Policy policy = new Policy(SecuritySettings.of("auth.mode", "required", "permissions.everyone", everyone));
        assertThat(policy.allows(granted(token), LOBBY, permission)).isEqualTo(allowed);
        assertThat(policy.allowsEverywhere(granted(token), permission)).isEqualTo(everywhere);
        assertThat(policy.reaches(granted(token), "/chat")).isEqualTo(reaches);
    }

    @Test
    void permissions_of_everyone_replace_those_of_an_open_server() {
        Policy policy = new Policy(SecuritySettings.of("permissions.everyone", "lobby:join"));
        assertThat(policy.allows(Identity.ANONYMOUS, LOBBY, Permission.JOIN)).isTrue();
        assertThat(policy.allows(Identity.ANONYMOUS, LOBBY, Permission.SEND)).isFalse();
    }

    @Test
    void malformed_permissions_stop_the_start() {
        assertThatThrownBy(() -> new Policy(SecuritySettings.of("permissions.everyone", "lobby")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("atrium.permissions.everyone: expected room patterns with permissions");
    }
}
