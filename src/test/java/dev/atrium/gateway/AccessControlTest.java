package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.atrium.room.RoomId;
import dev.atrium.security.Identity;
import dev.atrium.security.Permission;
import dev.atrium.session.HttpRequester;
import dev.atrium.session.Transport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Permissions that clients need, with and without a session, and the errors of clients that lack them. */
class AccessControlTest extends WithGateway {

    @BeforeEach
    void require() {
        startRequired("atrium.limits.room-name", "12");
    }

    @ParameterizedTest
    @CsvSource({ "lobby:publish, true", "lobby:send, true", "lobby:admin, true", "lobby:join history presence, false",
            "news:publish send, false" })
    void a_client_without_a_session_publishes_with_publish_or_with_send(String grants, boolean permitted) {
        ErrorReply error = error(() -> access.requirePublish(new HttpRequester(caller(key(grants))), LOBBY));
        if (permitted) {
            assertThat(error).isNull();
            assertThat(denials()).isEmpty();
        } else {
            assertThat(error.code()).isEqualTo(403);
            assertThat(error.getMessage()).isEqualTo("room: the permission send is missing for it");
            assertThat(denials()).containsExactly("PERMISSION send / lobby");
        }
    }

    @ParameterizedTest
    @CsvSource({ "lobby:join, lobby, 200", "lobby:send, lobby, 200", "lobby:history presence publish, lobby, 403",
            "news:join send, lobby, 403", "*:join, 1234567890123, 400", "*:send, 1234567890123, 400" })
    void either_of_two_permissions_is_enough(String grants, String room, int code) {
        ErrorReply error = error(() -> access.requireJoinOrSend(new HttpRequester(caller(key(grants))), RoomId.of("/", room)));
        assertThat(error == null ? 200 : error.code()).isEqualTo(code);
        if (code == 403) {
            assertThat(denials()).as("the first one is named").containsExactly("PERMISSION join / lobby");
        }
    }

    @Test
    void an_unauthenticated_client_does_not_publish() {
        assertThat(error(() -> access.requirePublish(new HttpRequester(caller(Identity.NOBODY)), LOBBY)).code()).isEqualTo(401);
    }

    @Test
    void a_permission_to_publish_makes_no_name_shorter() {
        ErrorReply error = error(
                () -> access.requirePublish(new HttpRequester(caller(key("*:publish"))), RoomId.of("/", "1234567890123")));
        assertThat(error.code()).isEqualTo(400);
        assertThat(error.getMessage()).isEqualTo("room: expected at most 12 bytes of UTF-8");
    }

    @ParameterizedTest
    @CsvSource({
            "abcd, true", "abcdefghijkl, true", "abcdefghijklm, false",
            "éééééé, true", "ééééééa, false",
            "漢漢漢漢, true", "漢漢漢漢a, false",
            "😀😀😀, true", "😀😀😀a, false" })
    void the_name_of_a_room_is_measured_in_bytes(String name, boolean fits) {
        ErrorReply error = error(() -> access.requireName(RoomId.of("/", name)));
        if (fits) {
            assertThat(error).isNull();
        } else {
            assertThat(error.code()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "all", textBlock = """
            all   | /* *:admin     |
            all   | /* *:join      | ns: the permission admin is missing for all namespaces together; name one
            all   | *:admin        | ns: the permission admin is missing for all namespaces together; name one
            all   | /* lobby:admin | ns: the permission admin is missing for all namespaces together; name one
            /chat | /* *:admin     |
            /chat | /chat *:admin  |
            /chat | *:admin        | ns: the permission admin is missing for this namespace as a whole
            /chat | /chat lobby:admin | ns: the permission admin is missing for this namespace as a whole
            """)
    void an_administrator_is_one_of_a_namespace_or_of_all(String namespace, String grants, String message) {
        ErrorReply error = error(() -> access.requireAdmin(new HttpRequester(caller(key(grants))), namespace));
        if (message == null) {
            assertThat(error).isNull();
        } else {
            assertThat(error.code()).isEqualTo(403);
            assertThat(error.getMessage()).isEqualTo(message);
            assertThat(denials()).containsExactly("PERMISSION admin " + (namespace == null ? "/* *" : namespace));
        }
    }

    @ParameterizedTest
    @CsvSource(value = { "/chat", "all" }, nullValues = "all")
    void an_unauthenticated_client_is_no_administrator(String namespace) {
        assertThat(error(() -> access.requireAdmin(new HttpRequester(caller(Identity.NOBODY)), namespace)).code())
                .isEqualTo(401);
        assertThat(denials()).containsExactly("AUTHENTICATION missing null");
    }

    @Test
    void a_namespace_in_which_a_client_may_do_nothing_it_cannot_enter() {
        access.requireNamespace(new HttpRequester(caller(user("ann", "/chat lobby:send"))), "/chat");
        ErrorReply error = error(
                () -> access.requireNamespace(new HttpRequester(caller(user("ann", "/chat lobby:send"))), "/"));
        assertThat(error.code()).isEqualTo(403);
        assertThat(error.getMessage()).isEqualTo("ns: the permission join is missing for every room of this namespace");
        assertThat(error(() -> access.requireNamespace(new HttpRequester(caller(Identity.NOBODY)), "/")).code()).isEqualTo(401);
        assertThat(denials()).containsExactly("PERMISSION join /", "AUTHENTICATION missing null");
    }

    @Test
    void the_namespace_of_a_session_is_asked_of_the_identity_that_it_is_about_to_have() {
        Client client = connect(user("ann", "lobby:join"));
        assertThatCode(
                () -> access.requireNamespace(client.session.caller().as(user("ann", "lobby:send")), Transport.SESSION, "/"))
                .doesNotThrowAnyException();
        assertThat(error(() -> access.requireNamespace(client.session.caller().as(user("ann", "")), Transport.SESSION, "/"))
                .code()).isEqualTo(403);
    }

    @Test
    void a_check_that_raises_no_error_is_no_denial() {
        assertThat(access.allows(new HttpRequester(caller(user("ann", "lobby:join"))), LOBBY, Permission.JOIN)).isTrue();
        assertThat(access.allows(new HttpRequester(caller(user("ann", "lobby:join"))), LOBBY, Permission.SEND)).isFalse();
        assertThat(access.allows(new HttpRequester(caller(Identity.NOBODY)), LOBBY, Permission.JOIN)).isFalse();
        assertThat(denials()).isEmpty();
    }

    @Test
    void an_open_server_grants_every_client_all_but_administration() {
        start();
        for (Permission permission : Permission.values()) {
            ErrorReply error = error(() -> access.require(new HttpRequester(caller(Identity.ANONYMOUS)), LOBBY, permission));
            if (permission == Permission.ADMIN) {
                assertThat(error.code()).isEqualTo(403);
            } else {
                assertThat(error).isNull();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({ "lobby:join, true, false, false", "lobby:presence, false, true, false", "lobby:history, false, false, true",
            "*:admin, true, true, true" })
    void a_grant_lists_what_a_client_may_do_in_a_room(String grants, boolean join, boolean watch, boolean readBack) {
        Grant grant = new Grant(policy, user("ann", grants));
        assertThat(grant.mayJoin(LOBBY)).isEqualTo(join);
        assertThat(grant.mayWatch(LOBBY)).isEqualTo(watch);
        assertThat(grant.mayReadBack(LOBBY)).isEqualTo(readBack);
    }

    @Test
    void a_sessions_own_room_and_its_namespaces_are_no_question() {
        Grant nothing = new Grant(policy, user("ann", "news:join"));
        RoomId own = RoomId.of("/", "~abcdefghijklmnopqrst");
        assertThat(nothing.mayJoin(own)).isTrue();
        assertThat(nothing.mayReadBack(own)).isTrue();
        assertThat(nothing.mayWatch(own)).isFalse();
        assertThat(nothing.mayJoin(RoomId.everyone("/"))).isTrue();
        assertThat(nothing.mayReadBack(RoomId.everyone("/"))).isFalse();
    }
}
