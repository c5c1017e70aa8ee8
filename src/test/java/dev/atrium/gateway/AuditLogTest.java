package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.security.AuthenticationException.Reason;
import dev.atrium.security.Caller;
import dev.atrium.security.Limit;
import dev.atrium.session.Transport;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators are told of denials. */
class AuditLogTest extends WithGateway {

    private static final Caller CALLER = caller(ANN);

    @ParameterizedTest
    @EnumSource
    void a_token_that_is_no_good_is_told_by_its_reason(Reason reason) {
        audit.token(CALLER, Transport.SSE, reason);
        assertThat(events).containsExactly(
                new Event.Denied(CALLER, Transport.SSE, Event.Denied.Kind.AUTHENTICATION,
                        reason.name().toLowerCase(Locale.ROOT), null));
    }

    @Test
    void an_origin_and_a_limit_are_told_with_what_was_wanted() {
        audit.origin(CALLER, "https://evil.example");
        audit.limit(CALLER, Transport.PLAIN, Limit.CONNECTIONS);
        assertThat(events).containsExactly(
                new Event.Denied(CALLER, Transport.HTTP, Event.Denied.Kind.ORIGIN, "origin", "https://evil.example"),
                new Event.Denied(CALLER, Transport.PLAIN, Event.Denied.Kind.LIMIT, "connections", null));
    }
}
