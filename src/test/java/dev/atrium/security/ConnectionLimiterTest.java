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

/** Which connection may begin, and which limit refuses the others. */
class ConnectionLimiterTest {

    private static final Caller ANN = new Caller(new Identity(Identity.Kind.TOKEN, "ann", Permissions.NONE, Identity.NEVER),
            "192.0.2.1");
    private static final Caller SOMEBODY = new Caller(Identity.ANONYMOUS, "192.0.2.1");
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
    void a_full_replica_takes_another_connection_once_one_is_gone() {
        ConnectionLimiter limiter = limiter("limits.connections", "2");
        ConnectionLimiter.Slot slot = limiter.admit(SOMEBODY);
        assertThat(limiter.isFull()).isFalse();
        limiter.admit(OTHER);
        assertThat(limiter.isFull()).isTrue();
        refuses(Limit.CONNECTIONS, () -> limiter.admit(UNKNOWN));
        assertThat(limiter.count()).isEqualTo(2);
        slot.release();
        assertThat(limiter.count()).isOne();
        assertThatCode(() -> limiter.admit(UNKNOWN)).doesNotThrowAnyException();
    }

    @Test
    void a_slot_that_is_released_twice_counts_once() {
        ConnectionLimiter limiter = limiter("limits.connections-per-address", "2");
        ConnectionLimiter.Slot slot = limiter.admit(SOMEBODY);
        limiter.admit(SOMEBODY);
        slot.release();
        slot.release();
        assertThat(limiter.count()).isOne();
        limiter.admit(SOMEBODY);
        refuses(Limit.CONNECTIONS_PER_ADDRESS, () -> limiter.admit(SOMEBODY));
    }

    @Test
    void connections_of_an_address_are_counted_whoever_they_are_of() {
        ConnectionLimiter limiter = limiter("limits.connections-per-address", "1");
        ConnectionLimiter.Slot slot = limiter.admit(ANN);
        refuses(Limit.CONNECTIONS_PER_ADDRESS, () -> limiter.admit(SOMEBODY));
        limiter.admit(OTHER);
        assertThat(limiter.count()).isEqualTo(2);
        slot.release();
        assertThatCode(() -> limiter.admit(SOMEBODY)).doesNotThrowAnyException();
    }

    @Test
    void clients_of_no_known_address_do_not_share_the_limit_of_one() {
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
        refuses(Limit.CONNECTIONS_PER_USER, () -> limiter.enter("ann"));
        assertThatCode(() -> limiter.enter("bob")).doesNotThrowAnyException();
        limiter.leave("ann");
        assertThatCode(() -> limiter.enter("ann")).doesNotThrowAnyException();
        refuses(Limit.CONNECTIONS_PER_USER, () -> limiter.enter("ann"));
        limiter.leave("ann");
        limiter.leave("ann");
        limiter.leave("ann");
        limiter.enter("ann");
        limiter.enter("ann");
        refuses(Limit.CONNECTIONS_PER_USER, () -> limiter.enter("ann"));
    }

    @Test
    void sessions_without_a_user_are_not_counted() {
        ConnectionLimiter limiter = limiter("limits.connections-per-user", "1");
        limiter.enter(null);
        limiter.enter(null);
        assertThatCode(() -> limiter.leave(null)).doesNotThrowAnyException();
    }

    @Test
    void a_second_has_so_many_handshakes() {
        ConnectionLimiter limiter = limiter("limits.handshakes", "1");
        limiter.admit(SOMEBODY);
        refuses(Limit.HANDSHAKES, () -> limiter.handshake(OTHER));
        assertThat(limiter.count()).isOne();
        ConnectionLimiter other = limiter("limits.handshakes", "1");
        other.handshake(SOMEBODY);
        refuses(Limit.HANDSHAKES, () -> other.admit(UNKNOWN));
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
    void a_client_that_is_kept_out_is_known_by_its_address() {
        ConnectionLimiter limiter = limiter();
        limiter.penalize(SOMEBODY);
        refuses(Limit.PENALTY, () -> limiter.admit(SOMEBODY));
        refuses(Limit.PENALTY, () -> limiter.handshake(SOMEBODY));
        assertThatCode(() -> limiter.admit(ANN)).doesNotThrowAnyException();
        assertThatCode(() -> limiter.admit(OTHER)).doesNotThrowAnyException();
    }

    @Test
    void a_user_that_is_kept_out_is_so_at_every_address_and_after_the_handshake() {
        ConnectionLimiter limiter = limiter();
        limiter.penalize(ANN);
        refuses(Limit.PENALTY, () -> limiter.admit(new Caller(ANN.identity(), "192.0.2.9")));
        refuses(Limit.PENALTY, () -> limiter.enter("ann"));
        assertThatCode(() -> limiter.admit(SOMEBODY)).doesNotThrowAnyException();
        assertThatCode(() -> limiter.enter("bob")).doesNotThrowAnyException();
    }

    @Test
    void a_client_that_may_be_anybody_is_not_kept_out() {
        ConnectionLimiter limiter = limiter();
        limiter.penalize(UNKNOWN);
        assertThatCode(() -> limiter.admit(UNKNOWN)).doesNotThrowAnyException();
    }

    @Test
    void a_client_that_is_kept_out_takes_no_handshake_from_others() {
        ConnectionLimiter limiter = limiter("limits.handshakes", "1");
        limiter.penalize(SOMEBODY);
        refuses(Limit.PENALTY, () -> limiter.admit(SOMEBODY));
        assertThatCode(() -> limiter.admit(OTHER)).doesNotThrowAnyException();
    }

    @Test
    void an_overloaded_replica_takes_nobody_and_spends_no_handshake() {
        ConnectionLimiter limiter = limiter("limits.handshakes", "1");
        exhausted.set(true);
        refuses(Limit.OVERLOAD, () -> limiter.admit(SOMEBODY));
        assertThat(limiter.count()).isZero();
        exhausted.set(false);
        assertThatCode(() -> limiter.admit(SOMEBODY)).doesNotThrowAnyException();
    }

    @Test
    void a_closed_replica_says_so_first_and_keeps_those_that_it_has() {
        ConnectionLimiter limiter = limiter();
        limiter.admit(SOMEBODY);
        assertThat(limiter.isClosed()).isFalse();
        assertThatCode(limiter::requireOpen).doesNotThrowAnyException();
        exhausted.set(true);
        limiter.penalize(OTHER);
        limiter.close();
        assertThat(limiter.isClosed()).isTrue();
        refuses(Limit.DRAINING, limiter::requireOpen);
        refuses(Limit.DRAINING, () -> limiter.admit(OTHER));
        assertThat(limiter.count()).isOne();
    }

    private static void refuses(Limit limit, ThrowingCallable connecting) {
        assertThatThrownBy(connecting).isInstanceOfSatisfying(LimitException.class,
                refused -> assertThat(refused.limit()).isEqualTo(limit));
    }
}
