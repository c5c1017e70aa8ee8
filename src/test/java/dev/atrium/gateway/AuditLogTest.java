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

/** Denials in the log for operators. */
class AuditLogTest extends WithGateway {

    private static final Caller CALLER = caller(ANN);

    @ParameterizedTest
    @EnumSource
    void an_invalid_token_is_logged_with_its_reason(Reason reason) {
        audit.token(CALLER, Transport.SSE, reason);
        assertThat(events).containsExactly(
                new Event.Denied(CALLER, Transport.SSE, Event.Denied.Kind.AUTHENTICATION,
                        reason.name().toLowerCase(Locale.ROOT), null));
    }

    @Test
    void a_rejected_origin_and_an_exceeded_limit_are_logged_by_name() {
        audit.origin(CALLER, "https://evil.example");
        audit.limit(CALLER, Transport.PLAIN, Limit.CONNECTIONS);
        assertThat(events).containsExactly(
                new Event.Denied(CALLER, Transport.HTTP, Event.Denied.Kind.ORIGIN, "origin", "https://evil.example"),
                new Event.Denied(CALLER, Transport.PLAIN, Event.Denied.Kind.LIMIT, "connections", null));
    }
}
