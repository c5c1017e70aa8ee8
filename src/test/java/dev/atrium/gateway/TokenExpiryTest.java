package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.security.Identity;
import dev.atrium.security.Permissions;
import dev.atrium.security.TestSecurity;
import dev.atrium.session.CloseReason;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times at which a client is sent the expiry of its token, and at which its session ends. */
class TokenExpiryTest extends WithGateway {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @BeforeEach
    void require() {
        startRequired("atrium.auth.timeout", "10s", "atrium.auth.notice", "1m", "atrium.auth.grace", "30s");
    }

    @Test
    void a_client_that_does_not_authenticate_in_time_is_closed() {
        Client client = connect(Identity.NOBODY);
        pass(Duration.ofSeconds(5));
        assertThat(client.closed).isEmpty();
        pass(Duration.ofSeconds(5));
        assertThat(client.closed).containsExactly(CloseReason.UNAUTHENTICATED);
        assertThat(denials()).containsExactly("AUTHENTICATION missing null");
    }

    @Test
    void a_client_whose_token_expires_is_sent_that_before_and_closed_after_it() {
        long expires = System.currentTimeMillis() + Duration.ofMinutes(5).toMillis();
        Client client = connect(until(expires));
        pass(Duration.ofMinutes(4).minusSeconds(5));
        assertThat(client.expiring).isEmpty();
        pass(Duration.ofSeconds(6));
        assertThat(client.expiring).containsExactly(expires);
        // The clock of the machine has not moved: it still is five minutes and the grace to the end.
        pass(Duration.ofMinutes(5).plusSeconds(25));
        assertThat(client.closed).isEmpty();
        pass(Duration.ofSeconds(6));
        assertThat(client.closed).containsExactly(CloseReason.UNAUTHENTICATED);
        assertThat(client.expiring).hasSize(1);
        assertThat(denials()).containsExactly("AUTHENTICATION expired null");
    }

    @Test
    void a_client_whose_token_has_nearly_expired_is_sent_that_at_once() {
        long expires = System.currentTimeMillis() + Duration.ofSeconds(20).toMillis();
        Client client = connect(until(expires));
        pass(Duration.ofMillis(1));
        assertThat(client.expiring).containsExactly(expires);
        assertThat(client.closed).isEmpty();
        pass(MINUTE);
        assertThat(client.closed).containsExactly(CloseReason.UNAUTHENTICATED);
    }

    @Test
    void a_client_whose_token_is_past_its_grace_gets_no_session() {
        ErrorReply error = error(() -> connect(until(System.currentTimeMillis() - MINUTE.toMillis())));
        assertThat(error.code()).isEqualTo(401);
        assertThat(error.getMessage()).isEqualTo("token: expired");
        assertThat(denials()).containsExactly("AUTHENTICATION expired null");
    }

    @Test
    void the_same_token_again_is_no_renewal_and_is_not_warned_of_again() {
        Identity nearly = until(System.currentTimeMillis() + Duration.ofSeconds(20).toMillis());
        Client client = connect(nearly);
        pass(Duration.ofMillis(1));
        for (int i = 0; i < 5; i++) {
            authentication.identify(client.session, nearly);
            pass(Duration.ofMillis(1));
        }
        assertThat(client.expiring).hasSize(1);
        pass(MINUTE);
        assertThat(client.closed).containsExactly(CloseReason.UNAUTHENTICATED);
    }

    @Test
    void a_client_whose_tokens_last_for_less_than_the_notice_renews_them_after_half_of_their_time() {
        Client client = connect(until(System.currentTimeMillis() + Duration.ofSeconds(19).toMillis()));
        pass(Duration.ofMillis(1));
        authentication.identify(client.session, until(System.currentTimeMillis() + Duration.ofSeconds(20).toMillis()));
        pass(Duration.ofSeconds(9));
        assertThat(client.expiring).hasSize(1);
        pass(Duration.ofSeconds(2));
        assertThat(client.expiring).hasSize(2);
    }

    @Test
    void a_token_that_does_not_expire_is_not_watched() {
        Client client = connect(ANN);
        Client anonymous = connect(Identity.ANONYMOUS);
        pass(Duration.ofDays(2));
        assertThat(client.expiring).isEmpty();
        assertThat(client.closed).isEmpty();
        assertThat(anonymous.closed).isEmpty();
    }

    @Test
    void a_client_that_shows_another_token_has_the_time_of_that_one() {
        Client client = connect(Identity.NOBODY);
        authentication.identify(client.session, ANN);
        pass(MINUTE);
        assertThat(client.closed).isEmpty();
        long expires = System.currentTimeMillis() + Duration.ofMinutes(5).toMillis();
        authentication.identify(client.session, until(expires));
        authentication.identify(client.session, ANN);
        pass(Duration.ofMinutes(10));
        assertThat(client.expiring).isEmpty();
    }

    @Test
    void a_session_that_has_ended_is_not_ended_again() {
        Client client = connect(Identity.NOBODY);
        client.session.closed(CloseReason.NORMAL);
        pass(MINUTE);
        assertThat(client.closed).isEmpty();
        assertThat(denials()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
            "timeout, 49ms, 50ms to 3600s",
            "timeout, 3601s, 50ms to 3600s",
            "notice, 25h, 0ms to 1d",
            "grace, 25h, 0ms to 1d" })
    void an_invalid_time_stops_the_start(String setting, String value, String range) {
        assertThatThrownBy(() -> new TokenExpiry(audit, TestSecurity.config(Map.of("atrium.auth." + setting, value))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("atrium.auth." + setting + ": expected a duration from " + range);
    }

    @ParameterizedTest
    @CsvSource({ "timeout, 50ms", "timeout, 1h", "notice, 0s", "notice, 1d", "grace, 0s", "grace, 1d" })
    void the_bounds_themselves_are_fine(String setting, String value) {
        assertThat(new TokenExpiry(audit, TestSecurity.config(Map.of("atrium.auth." + setting, value)))).isNotNull();
    }

    private static Identity until(long expires) {
        return new Identity(Identity.Kind.TOKEN, "ann", Permissions.parse("*:join"), expires);
    }
}
