package dev.atrium.operations;

import dev.atrium.gateway.Event;
import dev.atrium.gateway.Events;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.Logger;

/** Log of the lifecycle events of sessions, a line each at DEBUG, in category {@value #CATEGORY}; not of messages. */
@Singleton
final class LifecycleLog {

    private static final String CATEGORY = "dev.atrium.life";
    private static final Logger LOG = Logger.getLogger(CATEGORY);

    void start(@Observes StartupEvent startup, Events events) {
        // Without the level no subscriber is registered, so that no worker thread wakes up for each event.
        if (LOG.isLoggable(Level.DEBUG)) {
            events.subscribe("lifecycle log", Event.Life.class, event -> {
                // The session's end, which is the next event, has the heartbeat as its reason.
                if (!(event instanceof Event.HeartbeatMissed)) {
                    logLine(event).write(LOG, Level.DEBUG);
                }
            });
        }
    }

    private static LogLine logLine(Event.Life event) {
        if (event instanceof Event.Resumed resumed) {
            return line("resumed", event).word("former", resumed.former()).word("rooms", resumed.rooms());
        }
        if (event instanceof Event.Upgraded upgraded) {
            return line("upgraded", event).word("carrier", upgraded.carrier());
        }
        if (event instanceof Event.Joined joined) {
            return line("joined", event).text("room", joined.room().name());
        }
        if (event instanceof Event.Left left) {
            return line("left", event).text("room", left.room().name());
        }
        if (event instanceof Event.Disconnected ended) {
            return line(ended.suspended() ? "suspended" : "closed", event).word("code", ended.reason().code())
                    .word("reason", ended.reason().label()).word("rooms", ended.rooms());
        }
        return line(event instanceof Event.Authenticated ? "authenticated" : "connected", event);
    }

    private static LogLine line(String what, Event.Life event) {
        Event.Subject who = event.who();
        return new LogLine(what).word("session", who.self().id()).word("transport", who.transport().label())
                .text("ns", who.namespace()).text("user", who.self().user()).text("address", who.address());
    }
}
