package dev.atrium.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentNamesTest {

    private final EnvironmentNames names = new EnvironmentNames(
            () -> List.of("atrium.auth.mode", "atrium.origins", "atrium.origins[*]",
                    "atrium.api-keys.*.key", "atrium.history.namespace.*.size", "atrium.warm-up.duration"));

    @ParameterizedTest
    @ValueSource(strings = { "ATRIUM_AUTH_MODE", "ATRIUM_ORIGINS", "ATRIUM_ORIGINS_0_", "ATRIUM_API_KEYS_BILLING_KEY",
            "ATRIUM_API_KEYS_BILLING_EU_KEY", "ATRIUM_HISTORY_NAMESPACE___CHAT___SIZE", "ATRIUM_WARM_UP_DURATION",
            "_PROD_ATRIUM_AUTH_MODE" })
    void a_setting_is_known(String variable) {
        assertThat(names.unknown(Map.of(variable, "any"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "ATRIUM_AUTHMODE", "ATRIUM_AUTH_MODE_", "ATRIUM_ORIGIN", "ATRIUM_API_KEYS_BILLING_KEYS",
            "ATRIUM_API_KEYS_KEY", "ATRIUM_WARMUP_DURATION", "ATRIUM_", "_PROD_ATRIUM_AUTHMODE" })
    void a_misspelt_setting_is_not(String variable) {
        assertThat(names.unknown(Map.of(variable, "any"))).containsExactly(variable);
    }

    @Test
    void variables_of_other_programs_are_none_of_ours() {
        assertThat(names.unknown(Map.of("PATH", "/bin", "ATRIUM", "x", "NATRIUM_LEVEL", "9", "atrium_auth_mode", "x")))
                .isEmpty();
    }

    @Test
    void links_of_kubernetes_to_services_are_no_settings() {
        // What a pod is given for the Services atrium (a port named http) and atrium-redis.
        assertThat(names.unknown(variables("ATRIUM_SERVICE_HOST", "ATRIUM_SERVICE_PORT", "ATRIUM_SERVICE_PORT_HTTP",
                "ATRIUM_PORT",
                "ATRIUM_PORT_80_TCP", "ATRIUM_PORT_80_TCP_PROTO", "ATRIUM_PORT_80_TCP_PORT", "ATRIUM_PORT_80_TCP_ADDR",
                "ATRIUM_REDIS_SERVICE_HOST", "ATRIUM_REDIS_SERVICE_PORT", "ATRIUM_REDIS_PORT", "ATRIUM_REDIS_PORT_6379_TCP",
                "ATRIUM_REDIS_PORT_6379_TCP_ADDR"))).isEmpty();
    }

    @Test
    void without_its_service_a_port_is_a_misspelt_setting() {
        assertThat(
                names.unknown(variables("ATRIUM_PORT", "ATRIUM_REDIS_PORT_6379_TCP", "ATRIUM_SERVICE_HOST", "ATRIUM_AUTHMODE")))
                .containsExactly("ATRIUM_AUTHMODE", "ATRIUM_REDIS_PORT_6379_TCP");
    }

    @Test
    void the_names_of_settings_are_not_collected_where_no_variable_may_be_one() {
        EnvironmentNames expensive = new EnvironmentNames(() -> {
            throw new AssertionError("collected");
        });

        assertThat(expensive.unknown(variables("PATH", "ATRIUM_SERVICE_HOST", "ATRIUM_PORT"))).isEmpty();
    }

    private static Map<String, String> variables(String... names) {
        return Stream.of(names).collect(Collectors.toMap(Function.identity(), name -> "any"));
    }
}
