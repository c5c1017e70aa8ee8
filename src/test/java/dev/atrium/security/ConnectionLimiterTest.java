package dev.atrium.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Admission of connections, and the limits that reject them. */
class ConnectionLimiterTest {

    private static final Caller ANN = new Caller(new Identity(Identity.Kind.TOKEN, "ann", Permissions.NONE, Identity.NEVER),
            "192.0.2.1");
    private static final Caller ANONYMOUS_CLIENT = new Caller(Identity.ANONYMOUS, "192.0.2.1");
    private static final Caller OTHER = new Caller(Identity.ANONYMOUS, "192.0.2.2");
    private static final Caller UNKNOWN = new Caller(Identity.ANONYMOUS, "");

    private final AtomicBoolean exhausted = new AtomicBoolean();

    private ConnectionLimiter limiter(String... settings) {
        return new ConnectionLimiter(SecuritySettings.of(settings), exhausted::get);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "connections, -1", "connections, 1000000001", "connections-per-address, -1", "connections-per-address, 1000000001",
            "connections-per-user, -1", "connections-per-user, 1000000001", "handshakes, -1", "handshakes, 1000000001",
    })
    void a_setting_out_of_bounds_stops_the_start(String setting, String value) {
        assertThatThrownBy(() -> limiter("limits." + setting, value)).isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.limits." + setting + ": expected from 0 to 1000000000, got " + value);
    }

    @Test
    void a_full_replica_admits_another_connection_once_one_is_closed() {
        ConnectionLimiter limiter = limiter("limits.connections", "2");
        ConnectionLimiter.Slot slot = limiter.admit(ANONYMOUS_CLIENT);
        assertThat(limiter.isFull()).isFalse();
        limiter.admit(OTHER);
        assertThat(limiter.isFull()).isTrue();
        assertRejected(Limit.CONNECTIONS, () -> limiter.admit(UNKNOWN));
        assertThat(limiter.count()).isEqualTo(2);
        slot.release();
        assertThat(limiter.count()).isOne();
        assertThatCode(() -> limiter.admit(UNKNOWN)).doesNotThrowAnyException();
    }

    @Test
    void a_replica_that_admits_no_connection_says_so_without_counting_one() {
        ConnectionLimiter slow = limiter("limits.handshakes", "1");
        slow.requireAccepting();
        slow.admit(ANONYMOUS_CLIENT);
        assertRejected(Limit.HANDSHAKES, slow::requireAccepting);
        ConnectionLimiter limiter = limiter("limits.connections", "1");
        limiter.requireAccepting();
        limiter.admit(ANONYMOUS_CLIENT);
        assertRejected(Limit.CONNECTIONS, limiter::requireAccepting);
        exhausted.set(true);
        assertRejected(Limit.OVERLOAD, limiter::requireAccepting);
        limiter.close();
        assertRejected(Limit.DRAINING, limiter::requireAccepting);
    }

    @Test
    void connections_without_a_request_have_the_same_limits_but_take_no_slot() {
        ConnectionLimiter limiter = limiter("limits.connections-per-address", "2", "limits.connections", "4");
        limiter.opened("192.0.2.1");
        Runnable second = limiter.opened("192.0.2.1");
        assertRejected(Limit.CONNECTIONS_PER_ADDRESS, () -> limiter.opened("192.0.2.1"));
        second.run();
        limiter.opened("192.0.2.1");
        limiter.opened("");
        limiter.opened("");
        assertRejected(Limit.CONNECTIONS, () -> limiter.opened("192.0.2.2"));
        assertThat(limiter.count()).isZero();
        assertThatCode(() -> limiter.admit(ANONYMOUS_CLIENT)).doesNotThrowAnyException();
    }

    @Test
    void a_slot_is_released_once() {
        ConnectionLimiter limiter = limiter("limits.connections-per-address", "2");
        ConnectionLimiter.Slot slot = limiter.admit(ANONYMOUS_CLIENT);
        limiter.admit(ANONYMOUS_CLIENT);
        slot.release();
        slot.release();
        assertThat(limiter.count()).isOne();
        limiter.admit(ANONYMOUS_CLIENT);
        assertRejected(Limit.CONNECTIONS_PER_ADDRESS, () -> limiter.admit(ANONYMOUS_CLIENT));
    }

    @Test
    void connections_of_an_address_are_counted_whatever_their_user() {
        ConnectionLimiter limiter = limiter("limits.connections-per-address", "1");
        ConnectionLimiter.Slot slot = limiter.admit(ANN);
        assertRejected(Limit.CONNECTIONS_PER_ADDRESS, () -> limiter.admit(ANONYMOUS_CLIENT));
        limiter.admit(OTHER);
        assertThat(limiter.count()).isEqualTo(2);
        slot.release();
        assertThatCode(() -> limiter.admit(ANONYMOUS_CLIENT)).doesNotThrowAnyException();
    }

    @Test
    void clients_of_unknown_address_are_not_limited() {
        ConnectionLimiter limiter = limiter("limits.connections-per-address", "1");
        limiter.admit(UNKNOWN);
        limiter.admit(UNKNOWN).release();
        assertThat(limiter.count()).isOne();
    }

    @Test
    void sessions_of_a_user_are_counted_until_they_leave() {
        ConnectionLimiter limiter = limiter("limits.connections-per-user", "2");
        limiter.enter("ann");
        limiter.enter("ann");
        assertRejected(Limit.CONNECTIONS_PER_USER, () -> limiter.enter("ann"));
        assertThatCode(() -> limiter.enter("bob")).doesNotThrowAnyException();
        limiter.leave("ann");
        assertThatCode(() -> limiter.enter("ann")).doesNotThrowAnyException();
        assertRejected(Limit.CONNECTIONS_PER_USER, () -> limiter.enter("ann"));
        limiter.leave("ann");
        limiter.leave("ann");
        limiter.leave("ann");
        limiter.enter("ann");
        limiter.enter("ann");
        assertRejected(Limit.CONNECTIONS_PER_USER, () -> limiter.enter("ann"));
    }

    @Test
    void sessions_without_a_user_are_not_counted() {
        ConnectionLimiter limiter = limiter("limits.connections-per-user", "1");
        limiter.enter(null);
        limiter.enter(null);
        assertThatCode(() -> limiter.leave(null)).doesNotThrowAnyException();
    }

    @Test
    void handshakes_per_second_are_limited() {
        ConnectionLimiter limiter = limiter("limits.handshakes", "1");
        limiter.admit(ANONYMOUS_CLIENT);
        assertRejected(Limit.HANDSHAKES, () -> limiter.handshake(OTHER));
        assertThat(limiter.count()).isOne();
        ConnectionLimiter other = limiter("limits.handshakes", "1");
        other.handshake(ANONYMOUS_CLIENT);
        assertRejected(Limit.HANDSHAKES, () -> other.admit(UNKNOWN));
        assertThat(other.count()).isZero();
    }

    @Test
    void zero_is_no_limit() {
        ConnectionLimiter limiter = limiter("limits.connections", "0", "limits.connections-per-address", "0",
                "limits.connections-per-user", "0",
                "limits.handshakes", "0");
        for (int i = 0; i < 10_000; i++) {
            limiter.admit(ANN);
            limiter.enter("ann");
        }
        assertThat(limiter.count()).isEqualTo(10_000);
        assertThat(limiter.isFull()).isFalse();
    }

    @Test
    void an_anonymous_client_is_penalized_by_its_address() {
        ConnectionLimiter limiter = limiter();
        limiter.penalize(ANONYMOUS_CLIENT);
        assertRejected(Limit.PENALTY, () -> limiter.admit(ANONYMOUS_CLIENT));
        assertRejected(Limit.PENALTY, () -> limiter.handshake(ANONYMOUS_CLIENT));
        assertThatCode(() -> limiter.admit(ANN)).doesNotThrowAnyException();
        assertThatCode(() -> limiter.admit(OTHER)).doesNotThrowAnyException();
    }

    @Test
    void a_user_is_penalized_at_every_address_and_after_the_handshake() {
        ConnectionLimiter limiter = limiter();
        limiter.penalize(ANN);
        assertRejected(Limit.PENALTY, () -> limiter.admit(new Caller(ANN.identity(), "192.0.2.9")));
        assertRejected(Limit.PENALTY, () -> limiter.enter("ann"));
        assertThatCode(() -> limiter.admit(ANONYMOUS_CLIENT)).doesNotThrowAnyException();
        assertThatCode(() -> limiter.enter("bob")).doesNotThrowAnyException();
    }

    @Test
    void a_client_of_unknown_user_and_address_is_not_penalized() {
        ConnectionLimiter limiter = limiter();
        limiter.penalize(UNKNOWN);
        assertThatCode(() -> limiter.admit(UNKNOWN)).doesNotThrowAnyException();
    }

    @Test
    void a_rejected_handshake_of_a_penalized_client_is_not_charged() {
        ConnectionLimiter limiter = limiter("limits.handshakes", "1");
        limiter.penalize(ANONYMOUS_CLIENT);
        assertRejected(Limit.PENALTY, () -> limiter.admit(ANONYMOUS_CLIENT));
        assertThatCode(() -> limiter.admit(OTHER)).doesNotThrowAnyException();
    }

    @Test
    void a_replica_without_memory_rejects_connections() {
        ConnectionLimiter limiter = new ConnectionLimiter(SecuritySettings.of("limits.handshakes", "1"),
                TestSecurity.SCARCE_MEMORY);
        assertRejected(Limit.MEMORY, () -> limiter.admit(ANONYMOUS_CLIENT));
        assertThat(limiter.count()).isZero();
    }

    @Test
    void an_overloaded_replica_rejects_connections_and_charges_no_handshake() {
        ConnectionLimiter limiter = limiter("limits.handshakes", "1");
        exhausted.set(true);
        assertRejected(Limit.OVERLOAD, () -> limiter.admit(ANONYMOUS_CLIENT));
        assertThat(limiter.count()).isZero();
        exhausted.set(false);
        assertThatCode(() -> limiter.admit(ANONYMOUS_CLIENT)).doesNotThrowAnyException();
    }

    @Test
    void a_closed_replica_rejects_new_connections_as_draining_and_keeps_the_others() {
        ConnectionLimiter limiter = limiter();
        limiter.admit(ANONYMOUS_CLIENT);
        assertThat(limiter.isClosed()).isFalse();
        assertThatCode(limiter::requireOpen).doesNotThrowAnyException();
        exhausted.set(true);
        limiter.penalize(OTHER);
        limiter.close();
        assertThat(limiter.isClosed()).isTrue();
        assertRejected(Limit.DRAINING, limiter::requireOpen);
        assertRejected(Limit.DRAINING, () -> limiter.admit(OTHER));
        assertThat(limiter.count()).isOne();
    }

    private static void assertRejected(Limit limit, ThrowingCallable connecting) {
        assertThatThrownBy(connecting).isInstanceOfSatisfying(LimitException.class,
                rejected -> assertThat(rejected.limit()).isEqualTo(limit));
    }
}
