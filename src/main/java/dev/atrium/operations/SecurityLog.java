package dev.atrium.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.atrium.gateway.Event;
import dev.atrium.gateway.Events;
import dev.atrium.security.Caller;
import io.github.bucket4j.Bucket;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import org.jboss.logging.Logger;

/**
 * Who was refused what, a line each in logfmt, in the category {@value #CATEGORY}. Values that clients have made up are JSON
 * strings, so that none can end its line and begin another; tokens, keys and messages are not among them. A flood is told of in
 * some lines and a number.
 */
@Singleton
final class SecurityLog {

    private static final String CATEGORY = "atrium.security";
    private static final Logger LOG = Logger.getLogger(CATEGORY);

    private static final int LINES_PER_SECOND = 10;
    private static final int LINES_AT_ONCE = 100;
    private static final int LONGEST_VALUE = 300;

    private static final JsonMapper ASCII = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final Bucket lines = Bucket.builder()
            .addLimit(limit -> limit.capacity(LINES_AT_ONCE).refillGreedy(LINES_PER_SECOND, Duration.ofSeconds(1))).build();
    private long suppressed;

    void start(@Observes StartupEvent startup, Events events) {
        events.subscribe("security log", event -> {
            if (event instanceof Event.Denied denied) {
                tell(denied);
            }
        });
    }

    private void tell(Event.Denied denied) {
        if (!lines.tryConsume(1)) {
            suppressed++;
            return;
        }
        Caller who = denied.who();
        StringBuilder line = new StringBuilder("denied kind=").append(denied.kind().name().toLowerCase(Locale.ROOT))
                .append(" detail=").append(denied.detail())
                .append(" transport=").append(denied.transport())
                .append(" identity=").append(who.identity().kind().name().toLowerCase(Locale.ROOT));
        append(line, "name", who.identity().name());
        append(line, "address", who.address());
        append(line, "target", denied.target());
        if (suppressed > 0) {
            line.append(" suppressed=").append(suppressed);
            suppressed = 0;
        }
        LOG.info(line);
    }

    /** In ASCII alone: terminals and readers of logs know other line breaks, and worse. */
    private static String quoted(String value) {
        try {
            return ASCII.writeValueAsString(value).replace("\u007f", "\\u007f");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a string is JSON", e);
        }
    }

    private static void append(StringBuilder line, String field, String value) {
        if (value != null && !value.isEmpty()) {
            line.append(' ').append(field).append('=').append(quoted(value.substring(0, Math.min(value.length(), LONGEST_VALUE))));
        }
    }
}
