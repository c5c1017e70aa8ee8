package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Allowlist of origins. */
class OriginsTest {

    private final Origins listed = new Origins(Optional.of(List.of("https://app.example.com", "http://localhost:3000")));

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
            ",                              true",
            "https://app.example.com,       true",
            "http://localhost:3000,         true",
            "https://chat.example.com:8443, true",
            "http://app.example.com,        false",
            "https://app.example.com:8443,  false",
            "https://APP.example.com,       false",
            "https://app.example.com.evil,  false",
            "https://evil.app.example.com,  false",
            "http://localhost,              false",
            "http://chat.example.com:8443,  false",
            "https://chat.example.com,      false",
            "null,                          false",
            "*,                             false",
            "'',                            false",
    })
    void pages_of_the_list_and_of_the_server_itself_are_allowed(String origin, boolean allowed) {
        assertThat(listed.allow(new Requests().to("https", "chat.example.com", 8443).header("Origin", origin).request()))
                .isEqualTo(allowed);
    }

    @Test
    void a_request_without_a_host_has_no_origin_of_its_own() {
        assertThat(listed.allow(new Requests().header("Origin", "http://null").request())).isFalse();
        assertThat(listed.allow(new Requests().header("Origin", "http://localhost:3000").request())).isTrue();
    }

    @Test
    void without_a_list_all_origins_are_allowed() {
        Origins absent = new Origins(Optional.empty());
        Origins any = new Origins(Optional.of(List.of("https://app.example.com", "*")));
        assertThat(absent.areListed()).isFalse();
        assertThat(any.areListed()).isFalse();
        assertThat(listed.areListed()).isTrue();
        assertThat(absent.allow(new Requests().header("Origin", "https://evil.example").request())).isTrue();
        assertThat(any.allow(new Requests().header("Origin", "null").request())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "app.example.com", "https://", "https://app.example.com/", "https://app.example.com?x",
            "https://app.example.com#x",
            "https://ann@app.example.com", "//app.example.com", "https:app", "https://app example.com", "https://*.example.com",
            "null", "https://App.example.com", "HTTPS://app.example.com", "https://app.example.com:443",
            "http://app.example.com:80",
            "https://app.example.com:", "https://app.example.com:08443" })
    void an_invalid_origin_stops_the_start(String text) {
        assertThatThrownBy(() -> new Origins(Optional.of(List.of("https://app.example.com", text))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.origins: expected origins as browsers send them, in lower case and without a default port, "
                        + "for example https://app.example.com, got \"" + text + '"');
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://localhost", "https://[::1]:8443", "capacitor://localhost", "http://192.0.2.1:8080",
            "http://localhost:443", "https://localhost:80", "app://Main" })
    void an_origin_has_a_scheme_a_host_and_an_optional_port(String origin) {
        assertThatCode(() -> new Origins(Optional.of(List.of(origin)))).doesNotThrowAnyException();
    }
}
