package dev.atrium.operations;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;
import org.jboss.logmanager.ExtLogRecord;

/**
 * Takes tokens out of the lines of a log. Admission takes them out of URLs, but a request that is no URL at all never gets so far
 * and is logged as it came.
 */
@LoggingFilter(name = "tokens")
public final class TokenFilter implements Filter {

    private static final String MARK = "token=";
    private static final Pattern TOKEN = Pattern.compile("(access(?:_|%5F)token=)[^&;\\s\"]*", Pattern.CASE_INSENSITIVE);

    @Override
    public boolean isLoggable(LogRecord entry) {
        ExtLogRecord line = ExtLogRecord.wrap(entry);
        String message = line.getFormattedMessage();
        if (message != null && message.contains(MARK)) {
            entry.setMessage(masked(message));
            entry.setParameters(null);
            if (entry instanceof ExtLogRecord own) {
                own.setMessage(entry.getMessage(), ExtLogRecord.FormatStyle.NO_FORMAT);
            }
        }
        return true;
    }

    /** A text without the tokens in it. */
    static String masked(String text) {
        return text.contains(MARK) ? TOKEN.matcher(text).replaceAll("$1…") : text;
    }
}
