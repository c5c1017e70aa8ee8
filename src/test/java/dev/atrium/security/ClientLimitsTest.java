package dev.atrium.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of clients without a session, and the settings of all limits. */
class ClientLimitsTest {

    private static final Caller UNKNOWN = new Caller(Identity.ANONYMOUS, "");
    private static final Caller ADDRESS = new Caller(Identity.ANONYMOUS, "192.0.2.1");

    private final ClientLimits limits = new ClientLimits(
            SecuritySettings.of("limits.messages", "1", "limits.bytes", "1K", "limits.rooms", "3"));

    @ParameterizedTest(name = "{0}={1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            messages      | -1         | atrium.limits.messages: expected from 0 to 1000000000, got -1
            messages      | 1000000001 | atrium.limits.messages: expected from 0 to 1000000000, got 1000000001
            bytes         | 1023       | atrium.limits.bytes: expected 0, or at least 1K
            bytes         | 1G         | atrium.limits.bytes: expected from 0 to 1000000000, got 1073741824
            rooms         | -1         | atrium.limits.rooms: expected from 0 to 1000000000, got -1
            new-rooms     | -1         | atrium.limits.new-rooms: expected from 0 to 1000000000, got -1
            room-name     | 0          | atrium.limits.room-name: expected from 1 to 255, got 0
            room-name     | 256        | atrium.limits.room-name: expected from 1 to 255, got 256
            members-page  | 0          | atrium.limits.members-page: expected from 1 to 1000, got 0
            members-page  | 1001       | atrium.limits.members-page: expected from 1 to 1000, got 1001
            first-command | 61m        | atrium.limits.first-command: expected a duration from 0ms to 3600s, got 3660s
            """)
    void a_setting_out_of_bounds_stops_the_start(String setting, String value, String message) {
        assertThatThrownBy(() -> new ClientLimits(SecuritySettings.of("limits." + setting, value)))
                .isInstanceOf(ConfigurationException.class).hasMessage(message);
    }

    /** What cost more would be rejected however long its client waited. */
    @ParameterizedTest
    @CsvSource({ "1000, 100", "20, 100", "10, 50", "1, 5", "0, 100" })
    void an_expensive_command_costs_no_more_than_the_burst(String messages, int cost) {
        assertThat(new ClientLimits(SecuritySettings.of("limits.messages", messages)).affordable(100)).isEqualTo(cost);
    }

    @Test
    void settings_are_returned_to_clients() {
        ClientLimits all = new ClientLimits(
                SecuritySettings.of("limits.rooms", "7", "limits.room-name", "8", "limits.members-page", "9",
                        "limits.first-command", "10s", "limits.bytes", "0"));
        assertThat(all.config().rooms()).isEqualTo(7);
        assertThat(all.config().roomName()).isEqualTo(8);
        assertThat(all.config().membersPage()).isEqualTo(9);
        assertThat(all.config().firstCommand()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void requests_of_one_address_share_one_bucket() {
        exhaust(ADDRESS);
        assertRejected(Limit.MESSAGES, () -> limits.chargeRequest(new Caller(Identity.ANONYMOUS, ADDRESS.address())));
        assertThatCode(() -> limits.chargeRequest(new Caller(Identity.ANONYMOUS, "192.0.2.2"))).doesNotThrowAnyException();
    }

    @Test
    void a_user_has_one_bucket_whatever_the_address() {
        exhaust(new Caller(user("ann"), "192.0.2.1"));
        assertRejected(Limit.MESSAGES, () -> limits.chargeRequest(new Caller(user("ann"), "192.0.2.9")));
        assertThatCode(() -> limits.chargeRequest(new Caller(user("bob"), "192.0.2.1"))).doesNotThrowAnyException();
        assertThatCode(() -> limits.chargeRequest(ADDRESS)).doesNotThrowAnyException();
    }

    @Test
    void bytes_are_charged_to_the_same_client() {
        limits.chargeBytes(ADDRESS, 5 * 1024);
        assertRejected(Limit.BYTES, () -> limits.chargeBytes(ADDRESS, 1024));
        assertThatCode(() -> limits.chargeRequest(ADDRESS)).doesNotThrowAnyException();
    }

    @Test
    void a_backend_and_a_client_of_no_known_address_are_not_limited() {
        Caller backend = new Caller(new Identity(Identity.Kind.KEY, "shop", Permissions.NONE, Identity.NEVER), "192.0.2.1");
        for (int i = 0; i < 20; i++) {
            limits.chargeRequest(backend);
            limits.chargeBytes(backend, 100_000);
            limits.chargeRequest(UNKNOWN);
            limits.chargeBytes(UNKNOWN, 100_000);
        }
        assertThatCode(() -> limits.chargeRequest(ADDRESS)).doesNotThrowAnyException();
    }

    @Test
    void a_new_session_has_a_full_bucket_of_its_own() {
        exhaust(ADDRESS);
        TokenBucket tokens = limits.newTokenBucket();
        assertThat(tokens.take(5, 5 * 1024)).isNull();
        assertThat(tokens.take(1)).isEqualTo(Limit.MESSAGES);
        assertThat(tokens.takeBytes(1024)).isEqualTo(Limit.BYTES);
    }

    @Test
    void the_number_of_rooms_of_a_session_is_limited() {
        assertThatCode(() -> limits.checkRooms(2)).doesNotThrowAnyException();
        assertRejected(Limit.ROOMS, () -> limits.checkRooms(3));
        ClientLimits none = new ClientLimits(SecuritySettings.of("limits.rooms", "0"));
        assertThatCode(() -> none.checkRooms(1_000_000)).doesNotThrowAnyException();
    }

    @Test
    void the_number_of_rooms_that_a_client_opens_is_limited_whatever_its_connections() {
        ClientLimits few = new ClientLimits(SecuritySettings.of("limits.new-rooms", "2"));
        Caller ann = new Caller(user("ann"), "192.0.2.1");
        for (int i = 0; i < 2; i++) {
            few.checkNewRooms(ann);
            few.chargeNewRoom(ann);
        }
        assertRejected(Limit.NEW_ROOMS, () -> few.checkNewRooms(new Caller(user("ann"), "192.0.2.9")));
        assertThatCode(() -> few.checkNewRooms(ADDRESS)).doesNotThrowAnyException();
    }

    @Test
    void rooms_of_a_backend_and_rooms_without_a_limit_are_not_counted() {
        Caller backend = new Caller(new Identity(Identity.Kind.KEY, "shop", Permissions.NONE, Identity.NEVER), "192.0.2.1");
        ClientLimits few = new ClientLimits(SecuritySettings.of("limits.new-rooms", "2"));
        ClientLimits none = new ClientLimits(SecuritySettings.of("limits.new-rooms", "0"));
        for (int i = 0; i < 20; i++) {
            few.chargeNewRoom(backend);
            few.chargeNewRoom(UNKNOWN);
            none.chargeNewRoom(ADDRESS);
        }
        assertThatCode(() -> few.checkNewRooms(backend)).doesNotThrowAnyException();
        assertThatCode(() -> few.checkNewRooms(UNKNOWN)).doesNotThrowAnyException();
        assertThatCode(() -> none.checkNewRooms(ADDRESS)).doesNotThrowAnyException();
    }

    private void exhaust(Caller caller) {
        for (int i = 0; i < 5; i++) {
            limits.chargeRequest(caller);
        }
        assertRejected(Limit.MESSAGES, () -> limits.chargeRequest(caller));
    }

    private static void assertRejected(Limit limit, ThrowingCallable request) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(LimitException.class, rejected -> assertThat(rejected.limit()).isEqualTo(limit))
                .hasMessage(limit.message());
    }

    private static Identity user(String name) {
        return new Identity(Identity.Kind.TOKEN, name, Permissions.NONE, Identity.NEVER);
    }
}
