package dev.atrium.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Converters of settings, and their errors. */
class SettingsTest {

    @ParameterizedTest(name = "{0} is {1} ms")
    @CsvSource({ "200ms, 200", "25s, 25000", "5m, 300000", "24h, 86400000", "1d, 86400000", "PT1.5S, 1500", "1.5s, 1500",
            "0s, 0", "10, 10000" })
    void a_duration_has_a_unit_or_is_in_seconds_or_iso_8601(String text, long millis) {
        assertThat(new DurationSetting().convert(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = { "soon", "5 lightyears", "s", "PTs", "-", "293y", "9223372036854775807", "-106752d" })
    void an_invalid_duration_is_rejected_with_examples(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new DurationSetting().convert(text))
                .withMessage("expected a duration, for example 200ms, 25s or 5m");
    }

    @ParameterizedTest(name = "{0} is {1} bytes")
    @CsvSource({ "65536, 65536", "64K, 65536", "64k, 65536", "1M, 1048576", "4G, 4294967296", "0, 0" })
    void a_size_is_a_number_of_bytes_with_or_without_a_unit(String text, long bytes) {
        assertThat(new SizeSetting().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = { "much", "-1", "1MB", "1.5M", "K" })
    void an_invalid_size_is_rejected_with_examples(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new SizeSetting().convert(text))
                .withMessage("expected a size in bytes, for example 65536, 64K or 1M");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void a_switch_is_on_or_off(boolean on) {
        assertThat(new SwitchSetting().convert(Boolean.toString(on))).isEqualTo(on);
    }

    @ParameterizedTest
    @ValueSource(strings = { "ture", "TRUE", "yes", "1", " true", "" })
    void a_misspelt_switch_is_rejected(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new SwitchSetting().convert(text))
                .withMessage("expected true or false");
    }

    @ParameterizedTest
    @ValueSource(strings = { "0123456789abcdef", "0123456789abcdef\n", " 0123456789abcdef\r\n" })
    void a_secret_has_no_white_space_around_it(String text) {
        assertThat(new SecretSetting().convert(text)).isEqualTo("0123456789abcdef");
    }
}
