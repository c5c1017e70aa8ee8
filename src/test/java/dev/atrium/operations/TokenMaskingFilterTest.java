package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Masking of tokens in log lines. */
class TokenMaskingFilterTest {

    private final TokenMaskingFilter filter = new TokenMaskingFilter();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            GET /ws?access_token=secret HTTP/1.1       | GET /ws?access_token=… HTTP/1.1
            /ws?a=1&access_token=secret&b=2            | /ws?a=1&access_token=…&b=2
            /ws?access_token=secret;b=2                | /ws?access_token=…;b=2
            "GET /ws?access_token=secret"              | "GET /ws?access_token=…"
            /ws?access%5Ftoken=secret                  | /ws?access%5Ftoken=…
            /ws?access%5ftoken=secret                  | /ws?access%5ftoken=…
            /ws?Access_token=secret                    | /ws?Access_token=…
            access_token=one access_token=two          | access_token=… access_token=…
            /ws?access_token=                          | /ws?access_token=…
            /ws?token=mine                             | /ws?token=mine
            /ws?room=lobby                             | /ws?room=lobby
            """)
    void the_value_of_a_token_is_masked_and_nothing_else(String line, String masked) {
        ExtLogRecord entry = new ExtLogRecord(Level.INFO, line, ExtLogRecord.FormatStyle.NO_FORMAT, "test");
        assertThat(filter.isLoggable(entry)).isTrue();
        assertThat(entry.getFormattedMessage()).isEqualTo(masked);
    }

    @Test
    void a_token_among_the_parameters_of_a_line_is_masked() {
        ExtLogRecord entry = new ExtLogRecord(Level.INFO, "Invalid request: %s from %s", ExtLogRecord.FormatStyle.PRINTF,
                "test");
        entry.setParameters(new Object[] { "/ws?access_token=secret", "100%s" });
        assertThat(filter.isLoggable(entry)).isTrue();
        assertThat(entry.getFormattedMessage()).isEqualTo("Invalid request: /ws?access_token=… from 100%s");
        assertThat(entry.getParameters()).isNullOrEmpty();
    }

    @Test
    void a_token_among_the_fields_of_a_line_is_masked() {
        ExtLogRecord entry = new ExtLogRecord(Level.INFO, "denied target=\"?access_token=secret\"",
                ExtLogRecord.FormatStyle.NO_FORMAT, "test");
        entry.putMdc("target", "?access_token=secret");
        entry.putMdc("name", "ann");
        filter.isLoggable(entry);
        assertThat(entry.getMdcCopy()).containsEntry("target", "?access_token=…").containsEntry("name", "ann").hasSize(2);
    }

    @Test
    void a_line_without_a_token_keeps_its_parameters() {
        ExtLogRecord entry = new ExtLogRecord(Level.INFO, "%s came", ExtLogRecord.FormatStyle.PRINTF, "test");
        entry.setParameters(new Object[] { "ann" });
        assertThat(filter.isLoggable(entry)).isTrue();
        assertThat(entry.getParameters()).containsExactly("ann");
        assertThat(entry.getMessage()).isEqualTo("%s came");
    }

    @Test
    void a_record_of_the_jdk_is_masked_and_one_without_a_message_is_logged() {
        LogRecord entry = new LogRecord(java.util.logging.Level.INFO, "/ws?access_token={0}");
        entry.setParameters(new Object[] { "secret" });
        assertThat(filter.isLoggable(entry)).isTrue();
        assertThat(entry.getMessage()).isEqualTo("/ws?access_token=…");
        assertThat(filter.isLoggable(new LogRecord(java.util.logging.Level.INFO, null))).isTrue();
    }
}
