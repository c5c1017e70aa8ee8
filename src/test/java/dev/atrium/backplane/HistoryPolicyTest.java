package dev.atrium.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** History limits by namespace, and the rejection of invalid settings. */
class HistoryPolicyTest {

    @ParameterizedTest
    @CsvSource({
            "/,           1000, 600",
            "/few,        5,    600",
            "/few/a,      5,    600",
            "/few/long,   5,    3600",
            "/few/long/a, 5,    600",
            "/a/few,      1000, 600",
            "/old,        1000, 7200",
    })
    void the_longest_matching_pattern_applies_and_inherits_the_defaults(String namespace, int size,
            long seconds) {
        HistoryPolicy policy = policy(Map.of("atrium.history.namespace.\"/few*\".size", "5",
                "atrium.history.namespace.\"/few/long\".size", "5",
                "atrium.history.namespace.\"/few/long\".age", "1h",
                "atrium.history.namespace.\"/old\".age", "2h"));
        assertThat(policy.of(namespace)).isEqualTo(new HistoryPolicy.Limit(size, 8L << 20, seconds * 1000));
    }

    @Test
    void the_longest_age_is_that_of_any_namespace_or_of_all() {
        assertThat(policy(Map.of()).longestAge()).isEqualTo(600_000);
        assertThat(policy(Map.of("atrium.history.namespace.\"/old\".age", "2h", "atrium.history.namespace.\"/new\".age", "1s"))
                .longestAge())
                .isEqualTo(7_200_000);
        assertThat(policy(Map.of("atrium.history.namespace.\"/new\".age", "1s")).longestAge()).isEqualTo(600_000);
    }

    @Test
    void a_policy_of_one_size_and_age_applies_to_all_namespaces() {
        HistoryPolicy policy = new HistoryPolicy(7, Duration.ofSeconds(3));
        assertThat(policy.of("/")).isEqualTo(new HistoryPolicy.Limit(7, 8L << 20, 3000));
        assertThat(policy.of("/any")).isEqualTo(new HistoryPolicy.Limit(7, 8L << 20, 3000));
        assertThat(policy.longestAge()).isEqualTo(3000);
    }

    @ParameterizedTest
    @CsvSource({
            "size, 0",
            "size, 1000000",
            "age,  1s",
            "age,  365d",
            "bytes, 1K",
            "bytes, 1048576M",
            "heap-percent, 1",
            "heap-percent, 90",
    })
    void the_bounds_of_a_range_are_accepted(String setting, String value) {
        assertThat(policy(Map.of("atrium.history." + setting, value)).of("/")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "size                     | -1      | atrium.history.size: expected from 0 to 1000000, got -1",
            "size                     | 1000001 | atrium.history.size: expected from 0 to 1000000, got 1000001",
            "bytes                    | 1023    | atrium.history.bytes: expected from 1024 to 1099511627776, got 1023",
            "namespace.\"/a*\".bytes  | 1       | atrium.history.namespace.\"/a*\".bytes: expected from 1024 to 1099511627776, got 1",
            "heap-percent             | 0       | atrium.history.heap-percent: expected from 1 to 90, got 0",
            "heap-percent             | 91      | atrium.history.heap-percent: expected from 1 to 90, got 91",
            "age                      | 999ms   | atrium.history.age: expected a duration from 1s to 365d, got 999ms",
            "age                      | 366d    | atrium.history.age: expected a duration from 1s to 365d, got 366d",
            "namespace.\"/a*\".size   | -1      | atrium.history.namespace.\"/a*\".size: expected from 0 to 1000000, got -1",
            "namespace.\"chat*\".size | 5       | atrium.history.namespace.\"chat*\": expected names that begin with a slash, or with *, "
                    + "and have no space, comma or question mark, got chat*",
            "namespace.\"/a*\".age    | 1ms     | atrium.history.namespace.\"/a*\".age: expected a duration from 1s to 365d, got 1ms",
    })
    void a_setting_out_of_range_is_named_with_the_range(String setting, String value, String message) {
        assertThatThrownBy(() -> policy(Map.of("atrium.history." + setting, value))).isInstanceOf(ConfigurationException.class)
                .hasMessage(message);
    }

    @Test
    void a_variable_overrides_the_limit_of_a_namespace_in_a_file() {
        HistoryPolicy policy = new HistoryPolicy(new SmallRyeConfigBuilder().withMapping(BackplaneConfig.class)
                .withSources(new PropertiesConfigSource(Map.of("atrium.history.namespace.\"/chat*\".size", "5"), "file", 100),
                        new EnvConfigSource(Map.of("ATRIUM_HISTORY_NAMESPACE___CHAT___SIZE", "7"), 300))
                .build().getConfigMapping(BackplaneConfig.class).history());
        assertThat(policy.of("/chat").size()).isEqualTo(7);
    }

    private static HistoryPolicy policy(Map<String, String> settings) {
        return new HistoryPolicy(new SmallRyeConfigBuilder().withMapping(BackplaneConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100)).build().getConfigMapping(BackplaneConfig.class)
                .history());
    }
}
