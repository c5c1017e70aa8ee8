package dev.atrium.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rejection of settings by name. */
class RequireTest {

    @ParameterizedTest
    @ValueSource(longs = { 3, 5, 7 })
    void a_number_within_the_bounds_is_accepted(long value) {
        assertThatCode(() -> Require.between("atrium.x", value, 3, 7)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(longs = { 2, 8, -1, Long.MAX_VALUE, Long.MIN_VALUE })
    void a_number_out_of_bounds_is_rejected_with_bounds_and_value(long value) {
        assertThatThrownBy(() -> Require.between("atrium.x", value, 3, 7)).isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.x: expected from 3 to 7, got " + value);
    }

    @ParameterizedTest
    @ValueSource(longs = { 50, 51, 86_400_000 })
    void a_duration_within_the_bounds_is_accepted(long millis) {
        assertThatCode(() -> Require.between("atrium.x", Duration.ofMillis(millis), Duration.ofMillis(50), Duration.ofDays(1)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0} ms is written {1}")
    @CsvSource({ "49, 49ms", "0, 0ms", "-1000, -1s", "86401000, 86401s", "86400001, 86400001ms", "172800000, 2d" })
    void a_duration_out_of_bounds_is_rejected_with_readable_values(long millis, String text) {
        assertThatThrownBy(
                () -> Require.between("atrium.x", Duration.ofMillis(millis), Duration.ofMillis(50), Duration.ofDays(1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.x: expected a duration from 50ms to 1d, got " + text);
    }

    @Test
    void a_failed_condition_is_rejected_with_the_expected_form() {
        assertThatCode(() -> Require.that(true, "atrium.x", "a miracle")).doesNotThrowAnyException();
        assertThatThrownBy(() -> Require.that(false, "atrium.x", "a miracle")).isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.x: expected a miracle");
    }

    @Test
    void the_error_of_a_parser_names_the_setting() {
        assertThat(Require.<Integer> parsed("atrium.x", "7", Integer::valueOf)).isEqualTo(7);
        assertThatThrownBy(() -> Require.parsed("atrium.x", "seven", text -> {
            throw new IllegalStateException("expected a digit, got " + text);
        })).isInstanceOf(ConfigurationException.class).hasMessage("atrium.x: expected a digit, got seven");
    }
}
