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
 * What happened, in logfmt. Values that clients have made up are JSON strings, so that none can end its line and begin another.
 * Logs in JSON have each field by itself, too, under {@code mdc}.
 */
final class LogLine {

    private static final int LONGEST_VALUE = 300;

    private static final JsonMapper ASCII = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final StringBuilder line;
    private final Map<String, String> fields = new LinkedHashMap<>();

    LogLine(String what) {
        line = new StringBuilder(what);
        fields.put("event", what);
    }

    /** A value of ours: one word. */
    LogLine word(String field, Object value) {
        line.append(' ').append(field).append('=').append(value);
        fields.put(field, value.toString());
        return this;
    }

    /** A value that clients can choose; nothing if it is null or empty. */
    LogLine text(String field, String value) {
        if (value != null && !value.isEmpty()) {
            String cut = value.substring(0, Math.min(value.length(), LONGEST_VALUE));
            line.append(' ').append(field).append('=').append(quoted(cut));
            fields.put(field, cut);
        }
        return this;
    }

    void write(Logger log, Level level) {
        // No pattern: a name with a % in it is none.
        ExtLogRecord entry = new ExtLogRecord(level, line.toString(), ExtLogRecord.FormatStyle.NO_FORMAT, LogLine.class.getName());
        entry.setLoggerName(log.getName());
        // On the entry alone, as the thread that writes it has other things to tell of next.
        fields.forEach(entry::putMdc);
        log.logRaw(entry);
    }

    /** In ASCII alone: terminals and readers of logs know other line breaks, and worse. */
    private static String quoted(String value) {
        try {
            return ASCII.writeValueAsString(value).replace("\u007f", "\\u007f");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a string is JSON", e);
        }
    }
}
