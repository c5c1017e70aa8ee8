package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.gateway.Event;
import dev.atrium.room.Data;
import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.Limit;
import dev.atrium.security.Permission;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Counters of events, and those that are registered at startup. */
class EventMetricsTest {

    private static final RoomId LOBBY = RoomId.of("/", "lobby");
    private static final Event.Subject ANN = new Event.Subject(new Sender("~id", "ann"), "/", Transport.SOCKETIO, "192.0.2.1");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final EventMetrics metrics = new EventMetrics(registry);

    private static Publication hello() {
        return new Publication(LOBBY, "message", new Data.Text("hello"), null, true);
    }

    static Stream<Arguments> events() {
        return Stream.of(
                Arguments.of(new Event.Accepted(hello(), Transport.HTTP),
                        Map.of("atrium.messages.received{transport=http}", 1.0,
                                "atrium.messages.received.bytes{transport=http}", 5.0)),
                Arguments.of(new Event.Refused(Transport.SESSION, 429),
                        Map.of("atrium.messages.refused{code=429,transport=session}", 1.0)),
                Arguments.of(new Event.Connected(ANN), Map.of("atrium.connections.opened{transport=socketio}", 1.0)),
                Arguments.of(new Event.Disconnected(ANN, CloseReason.SLOW_CONSUMER, 2, false),
                        Map.of("atrium.connections.closed{reason=slow_consumer,transport=socketio}", 1.0)),
                Arguments.of(new Event.HeartbeatMissed(ANN), Map.of("atrium.heartbeat.timeouts{transport=socketio}", 1.0)),
                Arguments.of(
                        new Event.Denied(new Caller(Identity.NOBODY, ""), Transport.HTTP, Event.Denied.Kind.LIMIT, "messages",
                                null),
                        Map.of("atrium.denied{detail=messages,kind=limit}", 1.0)),
                Arguments.of(new Event.Joined(ANN, LOBBY), Map.of()),
                Arguments.of(new Event.Missed(7), Map.of()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("events")
    void an_event_increments_its_own_counters_once(Event event, Map<String, Double> counted) {
        metrics.observed(event);
        assertThat(counts(true)).isEqualTo(counted);
        metrics.observed(event);
        counted.forEach((name, count) -> assertThat(counts(true)).containsEntry(name, 2 * count));
    }

    @Test
    void counters_of_one_name_with_other_tags_are_kept_apart() {
        metrics.observed(new Event.Refused(Transport.SESSION, 429));
        metrics.observed(new Event.Refused(Transport.SESSION, 403));
        metrics.observed(new Event.Refused(Transport.PLAIN, 403));
        assertThat(counts(true)).isEqualTo(Map.of("atrium.messages.refused{code=429,transport=session}", 1.0,
                "atrium.messages.refused{code=403,transport=session}", 1.0, "atrium.messages.refused{code=403,transport=plain}",
                1.0));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void counters_of_connections_start_at_zero_for_transports_with_sessions(Transport transport) {
        boolean connected = Transport.CONNECTED.contains(transport);
        String tag = "transport=" + transport.label() + "}";
        assertThat(counts(false).containsKey("atrium.connections.opened{" + tag)).isEqualTo(connected);
        assertThat(counts(false).containsKey("atrium.heartbeat.timeouts{" + tag)).isEqualTo(connected);
        assertThat(Arrays.stream(CloseReason.values())
                .filter(reason -> counts(false).containsKey("atrium.connections.closed{reason=" + reason.label() + "," + tag))
                .count())
                .isEqualTo(connected ? CloseReason.values().length : 0);
    }

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = { "PLAIN", "SESSION", "SOCKETIO", "ENDPOINT", "HTTP", "APPLICATION" })
    void counters_of_messages_start_at_zero(Transport transport) {
        String tag = "transport=" + transport.label() + "}";
        assertThat(counts(false)).containsEntry("atrium.messages.received{" + tag, 0.0)
                .containsEntry("atrium.messages.received.bytes{" + tag, 0.0);
        for (int code : new int[] { 400, 401, 403, 404, 409, 410, 413, 429, 500, 503 }) {
            assertThat(counts(false)).containsEntry("atrium.messages.refused{code=" + code + "," + tag, 0.0);
        }
    }

    @Test
    void counters_of_denials_start_at_zero() {
        Map<String, Double> counts = counts(false);
        for (AuthenticationException.Reason reason : AuthenticationException.Reason.values()) {
            assertThat(counts).containsEntry("atrium.denied{detail=" + reason.label() + ",kind=authentication}", 0.0);
        }
        for (Permission permission : Permission.values()) {
            assertThat(counts).containsEntry("atrium.denied{detail=" + permission.word() + ",kind=permission}", 0.0);
        }
        for (Limit limit : Limit.values()) {
            assertThat(counts).containsEntry("atrium.denied{detail=" + limit.label() + ",kind=limit}", 0.0);
        }
        assertThat(counts).containsEntry("atrium.denied{detail=origin,kind=origin}", 0.0);
    }

    @Test
    void deliveries_are_counted_once_per_member_and_a_clock_that_is_ahead_counts_as_no_latency() {
        DeliveryMetrics deliveries = new DeliveryMetrics(registry);
        StreamPosition first = new StreamPosition("e", 1);
        Message late = hello().at(first, TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis() - 90_000));
        Message early = hello().at(first, TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis() + 90_000));
        deliveries.delivered(late, 3);
        deliveries.delivered(early, 4);
        assertThat(registry.get("atrium.messages.delivered").functionCounter().count()).isEqualTo(7);
        assertThat(registry.get("atrium.messages.delivered.bytes").functionCounter().count()).isEqualTo(35);
        assertThat(registry.get("atrium.delivery.latency").timer().count()).isEqualTo(2);
        assertThat(registry.get("atrium.delivery.latency").timer().totalTime(TimeUnit.SECONDS)).isBetween(90.0, 150.0);
    }

    /** Returns the counts of the meters by name and tags. */
    private Map<String, Double> counts(boolean onlyCounted) {
        Map<String, Double> counts = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            if (meter instanceof Counter counter && (!onlyCounted || counter.count() > 0)) {
                StringBuilder name = new StringBuilder(meter.getId().getName()).append('{');
                meter.getId().getTags()
                        .forEach(tag -> name.append(tag.getKey()).append('=').append(tag.getValue()).append(','));
                name.setCharAt(name.length() - 1, '}');
                counts.put(name.toString(), counter.count());
            }
        }
        return counts;
    }
}
