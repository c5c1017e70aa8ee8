package dev.atrium.operations;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;
import org.jboss.logmanager.ExtLogRecord;

/** Log filter that masks access tokens: a request with an invalid URL is logged before admission has removed its token. */
@LoggingFilter(name = "tokens")
public final class TokenMaskingFilter implements Filter {

    private static final Pattern TOKEN = Pattern.compile("(access(?:_|%5F)token=)[^&;\\s\"]*", Pattern.CASE_INSENSITIVE);

    @Override
    public boolean isLoggable(LogRecord entry) {
        ExtLogRecord line = ExtLogRecord.wrap(entry);
        String message = line.getFormattedMessage();
        if (message != null && TOKEN.matcher(message).find()) {
            entry.setMessage(masked(message));
            entry.setParameters(null);
            if (entry instanceof ExtLogRecord own) {
                own.setMessage(entry.getMessage(), ExtLogRecord.FormatStyle.NO_FORMAT);
                // Values of the line are also in its MDC fields, which JSON logs contain.
                own.getMdcCopy().forEach((field, value) -> own.putMdc(field, masked(value)));
            }
        }
        return true;
    }

    private static String masked(String text) {
        return TOKEN.matcher(text).replaceAll("$1…");
    }
}
