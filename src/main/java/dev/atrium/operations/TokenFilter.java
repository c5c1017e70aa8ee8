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

    private static final Pattern TOKEN = Pattern.compile("(access(?:_|%5F)token=)[^&;\\s\"]*", Pattern.CASE_INSENSITIVE);

    @Override
    public boolean isLoggable(LogRecord entry) {
        ExtLogRecord line = ExtLogRecord.wrap(entry);
        String message = line.getFormattedMessage();
        if (message != null && message.contains("token=")) {
            entry.setMessage(masked(message));
            entry.setParameters(null);
            if (entry instanceof ExtLogRecord own) {
                own.setMessage(entry.getMessage(), ExtLogRecord.FormatStyle.NO_FORMAT);
                // What stands in a line may stand by itself in its fields, too, which logs in JSON show.
                own.getMdcCopy().forEach((field, value) -> own.putMdc(field, masked(value)));
            }
        }
        return true;
    }

    private static String masked(String text) {
        return TOKEN.matcher(text).replaceAll("$1…");
    }
}
