package dev.atrium.operations;

import dev.atrium.gateway.Event;
import dev.atrium.gateway.Events;
import dev.atrium.security.Caller;
import io.github.bucket4j.Bucket;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.Logger;

/**
 * Security log: one line for each denial, in the category {@value #CATEGORY}, without tokens, keys and messages. Lines are
 * rate-limited; the number of suppressed ones is added to the next line.
 */
@Singleton
final class SecurityLog {

    private static final String CATEGORY = "dev.atrium.security";
    private static final Logger LOG = Logger.getLogger(CATEGORY);

    private static final int LINES_PER_SECOND = 10;
    private static final int LINES_AT_ONCE = 100;

    private final Bucket lines = Bucket.builder()
            .addLimit(limit -> limit.capacity(LINES_AT_ONCE).refillGreedy(LINES_PER_SECOND, Duration.ofSeconds(1))).build();
    private long suppressed;

    void start(@Observes StartupEvent startup, Events events) {
        events.subscribe("security log", Event.Denied.class, this::log);
    }

    private void log(Event.Denied denied) {
        if (!lines.tryConsume(1)) {
            suppressed++;
            return;
        }
        Caller who = denied.who();
        LogLine line = new LogLine("denied")
                .word("kind", denied.kind().name().toLowerCase(Locale.ROOT))
                .word("detail", denied.detail())
                .word("transport", denied.transport().label())
                .word("identity", who.identity().kind().name().toLowerCase(Locale.ROOT))
                .text("name", who.identity().name())
                .text("address", who.address())
                .text("target", denied.target());
        if (suppressed > 0) {
            line.word("suppressed", suppressed);
            suppressed = 0;
        }
        line.write(LOG, Level.INFO);
    }
}
