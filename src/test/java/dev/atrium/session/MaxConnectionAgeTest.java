package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Maximum age of connections, with jitter. */
class MaxConnectionAgeTest extends SessionFixture {

    @Test
    void without_a_setting_a_connection_has_no_maximum_age() {
        assertThat(MaxConnectionAge.of(config().connection()).end(System.nanoTime())).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest(name = "{0} and {1} %: from {2} to {3} ns")
    @CsvSource({ "1s, 0, 1000000000, 1000000000", "1s, 10, 900000000, 1100000000", "2s, 100, 0, 4000000000" })
    void connections_end_at_different_ages_within_the_jitter(String age, String jitter, long least, long most) {
        MaxConnectionAge max = MaxConnectionAge
                .of(config("connection.max-age", age, "connection.max-age-jitter", jitter).connection());
        long[] ages = LongStream.range(0, 2000).map(i -> max.end(1_000 + i) - 1_000 - i).sorted().toArray();
        assertThat(ages[0]).isBetween(least, least + (most - least) / 20);
        assertThat(ages[ages.length - 1]).isBetween(most - (most - least) / 20, most);
    }
}
