package dev.atrium.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.Logger;

/**
 * Log line in logfmt. Values from clients are JSON strings, so that none can end the line and forge another. JSON logs also
 * have each field by itself, under {@code mdc}.
 */
final class LogLine {

    private static final int MAX_VALUE_LENGTH = 300;

    private static final JsonMapper ASCII = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final StringBuilder line;
    private final Map<String, String> fields = new LinkedHashMap<>();

    LogLine(String event) {
        line = new StringBuilder(event);
        fields.put("event", event);
    }

    /** Adds a value of the server: one word. */
    LogLine word(String field, Object value) {
        line.append(' ').append(field).append('=').append(value);
        fields.put(field, value.toString());
        return this;
    }

    /** Adds a value from a client; nothing if it is null or empty. */
    LogLine text(String field, String value) {
        if (value != null && !value.isEmpty()) {
            String cut = value.substring(0, Math.min(value.length(), MAX_VALUE_LENGTH));
            line.append(' ').append(field).append('=').append(quoted(cut));
            fields.put(field, cut);
        }
        return this;
    }

    void write(Logger log, Level level) {
        // No format string: a name may contain a %.
        ExtLogRecord entry = new ExtLogRecord(level, line.toString(), ExtLogRecord.FormatStyle.NO_FORMAT,
                LogLine.class.getName());
        entry.setLoggerName(log.getName());
        // Set on the record instead of the thread's MDC, because the thread writes other lines afterwards.
        fields.forEach(entry::putMdc);
        log.logRaw(entry);
    }

    /** ASCII only: terminals and log readers interpret other line breaks and control characters. */
    private static String quoted(String value) {
        try {
            return ASCII.writeValueAsString(value).replace("\u007f", "\\u007f");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a string is JSON", e);
        }
    }
}
