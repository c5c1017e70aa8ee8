package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.CapturedLog;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Log lines with values from clients. */
class LogLineTest {

    private final CapturedLog log = new CapturedLog("test.log-line");

    @AfterEach
    void close() {
        log.close();
    }

    private ExtLogRecord written(LogLine line) {
        line.write(log.logger, Level.INFO);
        assertThat(log.entries).hasSize(1);
        return log.entries.get(0);
    }

    @Test
    void words_and_texts_follow_the_event_and_are_fields_too() {
        ExtLogRecord entry = written(new LogLine("denied").word("kind", "limit").text("name", "ann").word("count", 7));
        assertThat(entry.getFormattedMessage()).isEqualTo("denied kind=limit name=\"ann\" count=7");
        assertThat(entry.getMdcCopy()).containsEntry("event", "denied").containsEntry("kind", "limit")
                .containsEntry("name", "ann")
                .containsEntry("count", "7").hasSize(4);
        assertThat(entry.getLevel()).isEqualTo(Level.INFO);
        assertThat(entry.getLoggerName()).isEqualTo("test.log-line");
    }

    @Test
    void a_text_that_is_absent_or_empty_leaves_no_field() {
        ExtLogRecord entry = written(new LogLine("denied").text("name", null).text("address", ""));
        assertThat(entry.getFormattedMessage()).isEqualTo("denied");
        assertThat(entry.getMdcCopy()).containsOnlyKeys("event");
    }

    @ParameterizedTest(name = "U+{0} is written {1}")
    @CsvSource(quoteCharacter = '^', value = {
            "0022, \\\"", "005C, \\\\", "000A, \\n", "000D, \\r", "0000, \\u0000", "001B, \\u001B", "007F, \\u007f",
            "0085, \\u0085", "2028, \\u2028",
            "202E, \\u202E", "00E9, \\u00E9", "0025, %", "0020, ^ ^",
    })
    void line_breaks_and_control_characters_are_escaped(String codePoint, String written) {
        String value = "a" + (char) Integer.parseInt(codePoint, 16) + "b=c";
        ExtLogRecord entry = written(new LogLine("denied").text("name", value));
        assertThat(entry.getFormattedMessage()).isEqualTo("denied name=\"a" + written + "b=c\"");
        assertThat(entry.getMdc("name")).isEqualTo(value);
    }

    @Test
    void a_value_is_not_interpreted_as_a_format() {
        assertThat(written(new LogLine("denied").text("name", "%s {0} %n")).getFormattedMessage())
                .isEqualTo("denied name=\"%s {0} %n\"");
    }

    @ParameterizedTest(name = "{0} characters are cut to {1}")
    @CsvSource({ "300, 300", "301, 300", "100000, 300" })
    void a_long_value_is_truncated(int length, int expected) {
        ExtLogRecord entry = written(new LogLine("denied").text("name", "x".repeat(length)));
        assertThat(entry.getFormattedMessage()).isEqualTo("denied name=\"" + "x".repeat(expected) + '"');
        assertThat(entry.getMdc("name")).hasSize(expected);
    }
}
