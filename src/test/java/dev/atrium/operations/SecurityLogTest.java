package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.gateway.Event;
import dev.atrium.gateway.Events;
import dev.atrium.it.fixture.CapturedLog;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.Permissions;
import dev.atrium.session.Transport;
import java.time.Duration;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lines of the security log, and their rate limit. */
class SecurityLogTest {

    private static final Caller ANN = new Caller(
            new Identity(Identity.Kind.TOKEN, "ann", Permissions.parse("secret-room:join"), Identity.NEVER), "192.0.2.1");

    private final Events events = new Events();
    private final CapturedLog log = new CapturedLog("dev.atrium.security");

    @BeforeEach
    void start() {
        new SecurityLog().start(null, events);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void deny(Caller who, String target) {
        events.emit(new Event.Denied(who, Transport.SESSION, Event.Denied.Kind.PERMISSION, "send", target));
    }

    @Test
    void a_line_names_the_rule_the_client_and_the_target() {
        deny(ANN, "/ lobby\n");
        await().untilAsserted(() -> assertThat(log.lines()).containsExactly(
                "denied kind=permission detail=send transport=session identity=token name=\"ann\" address=\"192.0.2.1\" target=\"/ lobby\\n\""));
        assertThat(log.entries.get(0).getLevel()).isEqualTo(Level.INFO);
    }

    @Test
    void unknown_fields_are_omitted_and_other_events_are_not_logged() {
        events.emit(new Event.Refused(Transport.SESSION, 403));
        events.emit(new Event.Denied(new Caller(Identity.NOBODY, ""), Transport.HTTP, Event.Denied.Kind.AUTHENTICATION,
                "expired", null));
        // The last line of another test, which is Ann's, may come as late as this.
        await().untilAsserted(() -> assertThat(log.lines()).filteredOn(line -> !line.contains("name=\"ann\""))
                .containsExactly("denied kind=authentication detail=expired transport=http identity=nobody"));
    }

    @Test
    void lines_over_the_rate_are_suppressed_and_counted_in_the_next_line() {
        int[] sent = new int[1];
        for (; sent[0] < 500; sent[0]++) {
            deny(ANN, "" + sent[0]);
        }
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            deny(ANN, "" + sent[0]++);
            return log.entries.stream().anyMatch(entry -> entry.getMdc("suppressed") != null);
        });
        int lines = 0;
        while (log.entries.get(lines).getMdc("suppressed") == null) {
            assertThat(log.entries.get(lines).getMdc("target")).isEqualTo("" + lines);
            lines++;
        }
        assertThat(lines).isBetween(100, 300);
        ExtLogRecord first = log.entries.get(lines);
        int suppressed = Integer.parseInt(first.getMdc("suppressed"));
        assertThat(suppressed).isPositive();
        assertThat(first.getMdc("target")).isEqualTo("" + (lines + suppressed));
        assertThat(first.getFormattedMessage()).endsWith(" suppressed=" + suppressed);
    }
}
