package dev.atrium.operations;

import dev.atrium.gateway.Event;
import dev.atrium.gateway.EventObserver;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Limit;
import dev.atrium.security.Permission;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Counters of events, incremented synchronously by an {@link EventObserver}: none is lost in a full queue. Counters are
 * registered with zero at startup, because Prometheus sees no increase in the first sample of a new series.
 */
@Singleton
final class EventMetrics implements EventObserver {

    /** Transports over which messages are published. */
    private static final List<Transport> PUBLISHING = List.of(Transport.PLAIN, Transport.SESSION, Transport.SOCKETIO,
            Transport.ENDPOINT, Transport.HTTP, Transport.APPLICATION);

    /** Codes of Atrium's own error replies to a message; those that an application makes up are registered at the first one. */
    private static final List<Integer> CODES = List.of(400, 401, 403, 404, 409, 410, 413, 424, 429, 500, 503);

    private final MeterRegistry registry;
    /** Those of each message: a lookup in the registry costs more than counting it. */
    private final ConcurrentMap<Transport, Counter> received = new ConcurrentHashMap<>();
    private final ConcurrentMap<Transport, Counter> receivedBytes = new ConcurrentHashMap<>();

    EventMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Transport transport : Transport.CONNECTED) {
            opened(transport);
            timeouts(transport);
            for (CloseReason reason : CloseReason.values()) {
                closed(transport, reason);
            }
        }
        for (Transport transport : PUBLISHING) {
            received(transport);
            receivedBytes(transport);
            CODES.forEach(code -> refused(transport, code));
        }
        for (AuthenticationException.Reason reason : AuthenticationException.Reason.values()) {
            denied(Event.Denied.Kind.AUTHENTICATION, reason.label());
        }
        for (Permission permission : Permission.values()) {
            denied(Event.Denied.Kind.PERMISSION, permission.word());
        }
        for (Limit limit : Limit.values()) {
            denied(Event.Denied.Kind.LIMIT, limit.label());
        }
        denied(Event.Denied.Kind.ORIGIN, "origin");
    }

    @Override
    public void observed(Event event) {
        if (event instanceof Event.Accepted accepted) {
            received(accepted.transport()).increment();
            receivedBytes(accepted.transport()).increment(accepted.publication().data().size());
        } else if (event instanceof Event.Refused refused) {
            refused(refused.transport(), refused.code()).increment();
        } else if (event instanceof Event.Connected connected) {
            opened(connected.who().transport()).increment();
        } else if (event instanceof Event.Disconnected disconnected) {
            closed(disconnected.who().transport(), disconnected.reason()).increment();
        } else if (event instanceof Event.HeartbeatMissed missed) {
            timeouts(missed.who().transport()).increment();
        } else if (event instanceof Event.Denied denied) {
            denied(denied.kind(), denied.detail()).increment();
        }
    }

    private Counter received(Transport transport) {
        return received.computeIfAbsent(transport,
                each -> counter("atrium.messages.received", "Messages accepted from clients", "transport", each.label()));
    }

    private Counter receivedBytes(Transport transport) {
        return receivedBytes.computeIfAbsent(transport,
                each -> counter("atrium.messages.received.bytes", "Data accepted from clients", "transport", each.label()));
    }

    private Counter refused(Transport transport, int code) {
        return counter("atrium.messages.refused", "Messages of clients that were rejected", "transport", transport.label(),
                "code", Integer.toString(code));
    }

    private Counter denied(Event.Denied.Kind kind, String detail) {
        return counter("atrium.denied", "Denials, by kind and detail", "kind", kind.name().toLowerCase(Locale.ROOT),
                "detail", detail);
    }

    private Counter opened(Transport transport) {
        return counter("atrium.connections.opened", "Clients that have connected", "transport", transport.label());
    }

    private Counter closed(Transport transport, CloseReason reason) {
        return counter("atrium.connections.closed", "Clients that have disconnected, by reason", "transport", transport.label(),
                "reason", reason.label());
    }

    private Counter timeouts(Transport transport) {
        return counter("atrium.heartbeat.timeouts", "Clients that did not reply to a ping in time", "transport",
                transport.label());
    }

    private Counter counter(String name, String description, String... tags) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }
}
