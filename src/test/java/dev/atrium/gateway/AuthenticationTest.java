package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.room.RoomId;
import dev.atrium.security.Identity;
import dev.atrium.security.TestSecurity;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.build.Jwt;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that authenticate after they have connected, and authenticate again. */
class AuthenticationTest extends WithGateway {

    private static final SecretKey KEY = new SecretKeySpec(
            "a secret of at least thirty-two bytes".getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    private static final SecretKey OTHER_KEY = new SecretKeySpec(
            "another secret of thirty-two bytes".getBytes(StandardCharsets.UTF_8), "HmacSHA256");

    @BeforeEach
    void verify() {
        startRequired();
        renew();
    }

    private void renew() {
        JWTAuthContextInfo context = new JWTAuthContextInfo();
        context.setSecretVerificationKey(KEY);
        context.setSignatureAlgorithm(Set.of(SignatureAlgorithm.HS256));
        authentication = authentication(TestSecurity.authenticator(new DefaultJWTParser(context), config));
    }

    @Test
    void a_client_that_authenticates_is_admitted_and_may_resume() {
        Client client = connect(Identity.NOBODY);
        Authentication.Authenticated done = done(
                authentication.authenticate(client.session, token("ann", "lobby", "join send")));
        assertThat(done.first()).isTrue();
        assertThat(done.left()).isEmpty();
        assertThat(done.identity().user()).isEqualTo("ann");
        assertThat(client.session.self().user()).isEqualTo("ann");
        assertThat(client.session.memberships()).extracting(each -> each.room().name())
                .containsExactlyInAnyOrder(client.session.id(), "");
        assertThat(client.session.resumeToken()).isNotNull();
        assertThat(events(Event.Authenticated.class))
                .containsExactly(new Event.Authenticated(Event.Subject.of(client.session)));
        join(client, LOBBY);
        assertThat(error(gateway.execute(client.session, Cost.NONE, new Command.Join(NEWS, false, null))).code())
                .isEqualTo(403);
    }

    @Test
    void a_client_that_shows_its_next_token_leaves_the_rooms_that_it_does_not_grant() {
        Client client = connect(Identity.NOBODY);
        done(authentication.authenticate(client.session, token("ann", "*", "join presence")));
        done(gateway.execute(client.session, Cost.NONE, new Command.Join(LOBBY, true, null)));
        join(client, NEWS);
        Authentication.Authenticated done = done(authentication.authenticate(client.session, token("ann", "lobby", "join")));
        assertThat(done.first()).isFalse();
        assertThat(done.left()).containsExactly(NEWS);
        assertThat(client.session.membership(NEWS)).isNull();
        assertThat(client.session.membership(LOBBY).watchesPresence()).isFalse();
        assertThat(client.session.memberships()).hasSize(3);
        assertThat(events(Event.Left.class)).extracting(Event.Left::room).containsExactly(NEWS);
        assertThat(done(memory.sessions().resume(client.session.resumeToken(), "/", "ann")).rooms())
                .isEqualTo(Map.of("lobby", false));
    }

    @Test
    void a_next_token_that_takes_nothing_away_does_not_store_the_session_again() {
        Client client = connect(Identity.NOBODY);
        done(authentication.authenticate(client.session, token("ann", "*", "join")));
        join(client, LOBBY);
        outages.put("save", new IllegalStateException("unexpected call"));
        assertThat(done(authentication.authenticate(client.session, token("ann", "*", "join"))).left()).isEmpty();
    }

    @Test
    void rooms_into_which_the_application_has_put_a_session_do_not_depend_on_its_token() {
        Client client = connect(Identity.NOBODY);
        done(authentication.authenticate(client.session, token("ann", "lobby", "join")));
        client.session.granted().add("staff");
        done(service.join(client.session, RoomId.of("/", "staff"), false, null));
        assertThat(done(authentication.authenticate(client.session, token("ann", "lobby", "join"))).left()).isEmpty();
        assertThat(client.session.membership(RoomId.of("/", "staff"))).isNotNull();
    }

    @Test
    void a_token_of_another_user_is_403_and_changes_nothing() {
        Client client = connect(Identity.NOBODY);
        done(authentication.authenticate(client.session, token("ann", "*", "join")));
        ErrorReply error = error(authentication.authenticate(client.session, token("bob", "*", "join")));
        assertThat(error.code()).isEqualTo(403);
        assertThat(error.getMessage()).isEqualTo("token: of another user than this session's");
        assertThat(client.session.self().user()).isEqualTo("ann");
        turn();
        assertThat(client.session.isOpen()).isTrue();
    }

    @Test
    void an_anonymous_client_that_has_joined_a_room_authenticates_too_late() {
        start("atrium.auth.mode", "open");
        renew();
        Client client = admit(Identity.ANONYMOUS);
        join(client, LOBBY);
        ErrorReply error = error(authentication.authenticate(client.session, token("ann", "*", "join")));
        assertThat(error.code()).isEqualTo(409);
        assertThat(error.getMessage()).isEqualTo("auth comes before any join, unless it renews a token");
        done(gateway.execute(client.session, Cost.NONE, new Command.Leave(LOBBY)));
        assertThat(done(authentication.authenticate(client.session, token("ann", "*", "join"))).first()).isFalse();
        assertThat(client.session.self().user()).isEqualTo("ann");
    }

    @Test
    void an_anonymous_session_that_authenticates_is_stored_with_its_user_who_alone_may_resume_it() {
        start("atrium.auth.mode", "open");
        renew();
        Client client = admit(Identity.ANONYMOUS);
        outages.put("save", BackplaneUnavailableException.notSent("test"));
        assertThatThrownBy(() -> done(authentication.authenticate(client.session, token("ann", "*", "join"))))
                .isInstanceOf(BackplaneUnavailableException.class);
    }

    @Test
    void a_token_that_grants_nothing_here_ends_the_session_once_its_client_was_sent_that() {
        Client client = connect(Identity.NOBODY);
        ErrorReply error = error(authentication.authenticate(client.session, token("ann", "/chat *", "join")));
        assertThat(error.code()).isEqualTo(403);
        assertThat(error.getMessage()).isEqualTo("ns: the permission join is missing for every room of this namespace");
        assertThat(client.closed).isEmpty();
        turn();
        assertThat(client.closed).containsExactly(CloseReason.FORBIDDEN);
        assertThat(client.session.caller().identity().isNobody()).isTrue();
    }

    @Test
    void a_session_that_has_ended_meanwhile_is_410() {
        Client client = connect(Identity.NOBODY);
        client.session.closed(CloseReason.NORMAL);
        assertThat(error(authentication.authenticate(client.session, token("ann", "*", "join"))).code()).isEqualTo(410);
    }

    @Test
    void a_client_that_is_only_half_admitted_is_closed_and_may_reconnect() {
        Client client = connect(Identity.NOBODY);
        outages.put("save", BackplaneUnavailableException.notSent("test"));
        done(authentication.authenticate(client.session, token("ann", "*", "join")).onFailure().recoverWithNull());
        turn();
        assertThat(client.closed).containsExactly(CloseReason.TRY_LATER);
    }

    @Test
    void a_user_with_as_many_sessions_as_may_be_gets_no_other() {
        startRequired("atrium.limits.connections-per-user", "1");
        renew();
        connect(user("ann", "*:join"));
        Client client = connect(Identity.NOBODY);
        ErrorReply error = error(authentication.authenticate(client.session, token("ann", "*", "join")));
        assertThat(error.code()).isEqualTo(429);
        assertThat(error.getMessage()).isEqualTo("too many connections of this user");
        assertThat(denials()).containsExactly("LIMIT connections_per_user null");
        assertThat(client.session.caller().identity().isNobody()).isTrue();
        assertThat(events(Event.Authenticated.class)).isEmpty();
    }

    @Test
    void a_renewed_token_counts_no_second_session_of_its_user() {
        startRequired("atrium.limits.connections-per-user", "1");
        renew();
        Client client = connect(Identity.NOBODY);
        done(authentication.authenticate(client.session, token("ann", "*", "join")));
        done(authentication.authenticate(client.session, token("ann", "*", "join")));
        client.session.closed(CloseReason.NORMAL);
        assertThat(connect(ANN).session.isOpen()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ "0, expired", "1, invalid", "2, invalid", "3, malformed_grant", "4, invalid" })
    void an_invalid_token_is_401_and_its_reason_is_logged(int kind, String reason) {
        String token = switch (kind) {
            case 0 -> Jwt.subject("ann").issuedAt(Instant.now().minusSeconds(7_200))
                    .expiresAt(Instant.now().minusSeconds(3_600)).sign(KEY);
            case 1 -> Jwt.subject("ann").expiresIn(60).sign(OTHER_KEY);
            case 2 -> "no.token.atall";
            case 3 -> token("ann", "lobby", "dance");
            default -> "x".repeat(16 * 1024 + 1);
        };
        ErrorReply error = error(authentication.identity(caller(Identity.NOBODY), Transport.SESSION, token));
        assertThat(error.code()).isEqualTo(401);
        assertThat(error.getMessage()).startsWith("token: ");
        assertThat(denials()).containsExactly("AUTHENTICATION " + reason + " null");
    }

    @Test
    void without_a_key_no_token_can_be_verified() {
        start("atrium.auth.mode", "open");
        Authentication without = authentication(TestSecurity.withoutKey(config));
        assertThat(without.verifies()).isFalse();
        renew();
        assertThat(authentication.verifies()).isTrue();
        assertThat(error(without.identity(caller(Identity.ANONYMOUS), Transport.SESSION, "x")).getMessage())
                .isEqualTo("token: this server has no key to verify it with");
    }

    private static String token(String user, String rooms, String words) {
        return Jwt.subject(user).claim("rooms", Map.of(rooms, words)).expiresIn(3_600).sign(KEY);
    }
}
