package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import org.junit.jupiter.api.Test;

/** Rate limits of clients with and without a session, and what those get that exceed them. */
class RateLimiterTest extends WithGateway {

    /** Five times the messages of one second may come at once. */
    private static final int BURST = 5;

    /** Errors that a client is sent before it is closed. */
    private static final int PATIENCE = 100;

    private static final Caller CALLER = caller(ANN);

    @Test
    void requests_of_one_client_are_limited_together_and_those_of_others_apart() {
        start("atrium.limits.messages", "1");
        Caller other = new Caller(Identity.ANONYMOUS, "192.0.2.7");
        for (int i = 0; i < BURST; i++) {
            rates.chargeRequest(CALLER);
        }
        ErrorReply error = error(() -> rates.chargeRequest(new Caller(ANN, "192.0.2.99")));
        assertThat(error.code()).isEqualTo(429);
        assertThat(error.getMessage()).isEqualTo("too many messages");
        assertThat(denials()).containsExactly("LIMIT messages null");
        assertThatCode(() -> rates.chargeRequest(other)).doesNotThrowAnyException();
    }

    @Test
    void requests_of_backends_and_of_addresses_that_are_not_known_are_not_limited() {
        start("atrium.limits.messages", "1");
        for (int i = 0; i < 3 * BURST; i++) {
            rates.chargeRequest(caller(key("*:publish")));
            rates.chargeRequest(new Caller(Identity.ANONYMOUS, ""));
        }
        assertThat(events).isEmpty();
    }

    @Test
    void the_bytes_of_requests_are_limited_too() {
        start("atrium.limits.bytes", "1024", "atrium.limits.messages", "1");
        rates.chargeBytes(CALLER, BURST * 1024);
        ErrorReply error = error(() -> rates.chargeBytes(CALLER, 1024));
        assertThat(error.code()).isEqualTo(429);
        assertThat(error.getMessage()).isEqualTo("too many bytes");
        assertThat(denials()).containsExactly("LIMIT bytes null");
    }

    @Test
    void a_session_is_sent_an_error_for_each_message_over_its_limit_and_is_closed_if_it_continues() {
        start("atrium.limits.messages", "1");
        Client client = connect(ANN);
        assertThat(rates.charge(client.session, new Cost(BURST, 10))).isNull();
        for (int i = 0; i < PATIENCE; i++) {
            ErrorReply error = rates.charge(client.session, new Cost(BURST, 10));
            assertThat(error.code()).isEqualTo(429);
            assertThat(error.getMessage()).isEqualTo("too many messages");
        }
        assertThat(client.session.isOpen()).isTrue();
        for (int i = 0; i < PATIENCE && client.session.isOpen(); i++) {
            rates.charge(client.session, new Cost(BURST, 10));
        }
        assertThat(client.closed).containsExactly(CloseReason.TOO_MANY_MESSAGES);
        assertThat(denials()).allMatch("LIMIT messages null"::equals).hasSizeGreaterThan(PATIENCE);
        assertThat(error(() -> connect(ANN)).getMessage()).isEqualTo("closed for too many messages; wait a few seconds");
    }

    @Test
    void a_session_is_charged_for_bytes_beside_messages() {
        start("atrium.limits.bytes", "1024", "atrium.limits.messages", "0");
        Client client = connect(ANN);
        assertThat(gateway.charge(client.session, Cost.message(BURST * 1024))).isNull();
        ErrorReply error = gateway.charge(client.session, Cost.message(1024));
        assertThat(error.getMessage()).isEqualTo("too many bytes");
        assertThat(denials()).containsExactly("LIMIT bytes null");
    }

    @Test
    void a_client_that_floods_is_kept_out_and_others_are_not() {
        gateway.flooded(CALLER, Transport.SOCKETIO);
        assertThat(events)
                .containsExactly(new Event.Denied(CALLER, Transport.SOCKETIO, Event.Denied.Kind.LIMIT, "messages", null));
        ErrorReply error = error(() -> connect(ANN));
        assertThat(error.code()).isEqualTo(429);
        assertThat(error.isRepeatable()).isTrue();
        assertThat(connect(user("bob", "*:join")).session.isOpen()).isTrue();
    }

    @Test
    void rooms_that_a_session_need_not_join_do_not_count() {
        start("atrium.limits.rooms", "1");
        Client client = admit(ANN);
        assertThat(client.session.memberships()).hasSize(2);
        assertThatCode(() -> access.requireRoomQuota(client.session)).doesNotThrowAnyException();
        join(client, LOBBY);
        assertThat(error(() -> access.requireRoomQuota(client.session)).code()).isEqualTo(429);
    }

    @Test
    void a_session_may_be_in_any_number_of_rooms_if_there_is_no_limit() {
        start("atrium.limits.rooms", "0");
        Client client = admit(ANN);
        for (int i = 0; i < 10; i++) {
            join(client, RoomId.of("/", "room" + i));
        }
        assertThatCode(() -> access.requireRoomQuota(client.session)).doesNotThrowAnyException();
    }
}
