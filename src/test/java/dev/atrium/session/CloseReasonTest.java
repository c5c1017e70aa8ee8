package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Close codes and transports as clients and metrics see them. */
class CloseReasonTest {

    @ParameterizedTest(name = "{0} is {1}, {2}")
    @CsvSource({
            "NORMAL, 1000, normal", "RESUMED, 1000, resumed", "GOING_AWAY, 1001, going_away", "REBALANCED, 1001, rebalanced",
            "PROTOCOL_ERROR, 1002, protocol_error", "CONNECTION_LOST, 1006, connection_lost", "NOT_UTF8, 1007, not_utf8",
            "DISCONNECTED, 1008, disconnected", "NO_COMMAND, 1008, no_command", "TOO_BIG, 1009, too_big",
            "SERVER_FAULT, 1011, server_fault",
            "TRY_LATER, 1013, try_later", "UNAUTHENTICATED, 4401, unauthenticated", "REVOKED, 4401, revoked",
            "FORBIDDEN, 4403, forbidden",
            "HEARTBEAT_TIMEOUT, 4408, heartbeat_timeout", "SLOW_CONSUMER, 4409, slow_consumer",
            "TOO_MANY_MESSAGES, 4429, too_many_messages",
    })
    void a_reason_has_a_code_and_a_name(CloseReason reason, int code, String label) {
        assertThat(reason.code()).isEqualTo(code);
        assertThat(reason.label()).isEqualTo(label);
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void a_reason_fits_into_a_close_frame(CloseReason reason) {
        assertThat(reason.text()).isNotBlank();
        assertThat(reason.text().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(123);
    }

    @Test
    void clients_of_all_transports_but_single_requests_stay_connected() {
        assertThat(Transport.CONNECTED).containsExactlyElementsOf(Arrays.stream(Transport.values())
                .filter(each -> each != Transport.HTTP && each != Transport.APPLICATION).toList());
        assertThat(Transport.SOCKETIO.label()).isEqualTo("socketio");
    }
}
