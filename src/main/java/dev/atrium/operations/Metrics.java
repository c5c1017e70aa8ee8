package dev.atrium.operations;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.file.ExpiryJob;
import dev.atrium.file.Transfers;
import dev.atrium.gateway.Events;
import dev.atrium.room.Rooms;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.session.EventLoops;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import dev.atrium.transport.engineio.EngineSockets;
import dev.atrium.warmup.WarmUp;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.ToDoubleFunction;

/**
 * Gauges and totals for Prometheus. Labels are transports, close reasons and status codes, which are few; never a room, a user
 * or an event name, because clients could create an unbounded number of time series.
 */
@Singleton
final class Metrics {

    /** Maven writes it into the jar; classes that dev mode has compiled have none. */
    private static final String ARTIFACT = "/META-INF/maven/dev.atrium/atrium/pom.properties";

    private final MeterRegistry registry;

    Metrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void start(@Observes StartupEvent startup, Events events, Sessions sessions, Rooms rooms, Backplane backplane,
            EngineSockets engineSockets, ConnectionLimiter limiter, Transfers transfers, ExpiryJob expiryJob,
            EventLoops eventLoops, Drain drain, Shutdown shutdown, WarmUp warmUp) {
        replica(warmUp);
        for (Transport transport : Transport.CONNECTED) {
            gauge("atrium.connections", "Clients connected now", sessions,
                    all -> all.all().stream().filter(s -> s.transport() == transport).count(), "transport", transport.label());
        }
        gauge("atrium.rooms", "Rooms with members on this replica", rooms, Rooms::count);
        gauge("atrium.memberships", "Memberships in rooms of sessions on this replica", rooms, Rooms::memberships);
        gauge("atrium.outbox.bytes", "Bytes pending in the send queues of clients", sessions,
                all -> all.all().stream().mapToLong(Session::pendingBytes).sum());
        gauge("atrium.backlog.bytes", "Bytes of messages pending for delivery on the busiest event loop", sessions,
                Sessions::backlog);
        total("atrium.events.dropped", "Events that a slow subscriber on this replica lost", events, Events::dropped);
        for (String carrier : List.of("polling", "websocket")) {
            gauge("atrium.engineio.connections", "Connections of Engine.IO now, by transport", engineSockets,
                    all -> all.count(carrier), "transport", carrier);
        }
        gauge("atrium.connections.admitted", "Connections that count towards the limits, of all protocols", limiter,
                ConnectionLimiter::count);
        load(sessions, eventLoops);
        drain(drain, shutdown);
        files(transfers, expiryJob);
        backplane(backplane);
    }

    private void replica(WarmUp warmUp) {
        // By the convention of Prometheus: a join with it adds the version to any other metric.
        gauge("atrium.build.info", "1, with the version of this replica as its label", warmUp, any -> 1, "version", version());
        for (WarmUp.State state : WarmUp.State.values()) {
            gauge("atrium.warm.up", "1 for how the warm-up has ended, or that it is running", warmUp,
                    each -> each.state() == state ? 1 : 0, "how", state.label());
        }
        gauge("atrium.warm.up.connections", "Connections that the warm-up has made", warmUp, WarmUp::connections);
    }

    private static String version() {
        try (InputStream artifact = Metrics.class.getResourceAsStream(ARTIFACT)) {
            Properties properties = new Properties();
            if (artifact != null) {
                properties.load(artifact);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void load(Sessions sessions, EventLoops eventLoops) {
        gauge("atrium.event.loop.lag.seconds", "Lag of the slowest event loop", eventLoops,
                loops -> loops.lagNanos() / 1e9);
        gauge("atrium.handshakes.in.flight", "New connections whose handshake, join or resumption is running or waiting",
                sessions, Sessions::newConnections);
    }

    private void drain(Drain drain, Shutdown shutdown) {
        gauge("atrium.draining", "1 while this replica shuts down", shutdown, end -> end.isDraining() ? 1 : 0);
        gauge("atrium.drain.sessions", "Clients that are still to be closed by the drain", drain, Drain::remaining);
        drained("told", drain, Drain::closed);
        drained("forced", drain, Drain::forced);
    }

    private void drained(String how, Drain drain, ToDoubleFunction<Drain> value) {
        total("atrium.drained", "Clients that a drain has closed, and connections that were cut after the grace period", drain,
                value, "how", how);
    }

    private void files(Transfers transfers, ExpiryJob expiryJob) {
        total("atrium.file.received.bytes", "Bytes of file chunks received from clients", transfers, Transfers::received);
        total("atrium.file.sent.bytes", "Bytes of file chunks sent to clients", transfers, Transfers::sent);
        total("atrium.file.completed", "Files that were verified and published in their room", transfers, Transfers::completed);
        total("atrium.file.store.full", "Files and chunks that were rejected because the store was full", transfers,
                Transfers::full);
        total("atrium.file.swept", "Files that were deleted because they had expired or their upload was abandoned", expiryJob,
                ExpiryJob::swept);
    }

    private void backplane(Backplane backplane) {
        gauge("atrium.backplane.up", "1 if this replica can publish and receives what is published", backplane,
                port -> port.status().isReceiving() ? 1 : 0);
        for (BackplaneStatus.Function function : BackplaneStatus.Function.values()) {
            gauge("atrium.backplane.works", "1 if this replica can use the backplane for that", backplane,
                    port -> port.status().problems().containsKey(function) ? 0 : 1,
                    "kind", function.name().toLowerCase(Locale.ROOT));
        }
        for (String reason : BackplaneStatus.REASONS) {
            gauge("atrium.backplane.problem", "1 if the backplane does not work for that reason", backplane,
                    port -> port.status().problems().containsValue(reason) ? 1 : 0, "reason", reason);
        }
        gauge("atrium.backplane.round.trip.seconds", "Round trip of the last probe", backplane,
                port -> port.status().roundTripSeconds());
        total("atrium.backplane.errors", "Commands to the backplane that have failed", backplane,
                port -> port.status().errors());
        total("atrium.backplane.reconnects", "Reconnects to the backplane", backplane,
                port -> port.status().reconnects());
        total("atrium.backplane.healed", "Messages that a cut subscription missed and that were read from the log",
                backplane, port -> port.status().healed());
        total("atrium.backplane.lost", "Messages that a cut subscription missed and that the log no longer had",
                backplane, port -> port.status().lost());
    }

    private <T> void gauge(String name, String description, T source, ToDoubleFunction<T> value, String... tags) {
        Gauge.builder(name, source, value).description(description).tags(tags).register(registry);
    }

    private <T> void total(String name, String description, T source, ToDoubleFunction<T> value, String... tags) {
        FunctionCounter.builder(name, source, value).description(description).tags(tags).register(registry);
    }
}
