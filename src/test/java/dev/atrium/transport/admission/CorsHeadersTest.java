package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Headers that a response has when it is written. */
class CorsHeadersTest {

    private static final String PAGE = "https://app.example";

    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    private static CorsHeaders of(String... origins) {
        return new CorsHeaders(true, Optional.of(List.of(origins)), Optional.empty(),
                Optional.of(List.of("ETag", "Retry-After")));
    }

    @Test
    void a_response_that_has_none_gets_those_of_an_allowed_page() {
        of("*").complete(headers, PAGE);

        assertThat(headers.get("Access-Control-Allow-Origin")).isEqualTo(PAGE);
        assertThat(headers.get("Access-Control-Expose-Headers")).isEqualTo("ETag,Retry-After");
        assertThat(headers.contains("Access-Control-Allow-Credentials")).isFalse();
        assertThat(headers.get("Vary")).isEqualTo("Origin");
    }

    @Test
    void a_page_of_the_list_may_send_cookies() {
        of(PAGE).complete(headers, PAGE);

        assertThat(headers.get("Access-Control-Allow-Credentials")).isEqualTo("true");
    }

    @Test
    void a_page_that_matches_a_pattern_is_allowed_too() {
        of("/https://.*\\.example/").complete(headers, PAGE);

        assertThat(headers.get("Access-Control-Allow-Origin")).isEqualTo(PAGE);
    }

    @Test
    void another_page_gets_only_vary() {
        of(PAGE).complete(headers, "https://evil.example");

        assertThat(headers.names()).hasSize(1);
        assertThat(headers.get("Vary")).isEqualTo("Origin");
    }

    @Test
    void a_response_to_no_page_varies_too_because_caches_keep_it() {
        of("*").complete(headers, null);

        assertThat(headers.names()).hasSize(1);
        assertThat(headers.get("Vary")).isEqualTo("Origin");
    }

    @Test
    void what_the_filter_has_set_stays_but_for_the_value_that_browsers_do_not_know() {
        headers.set("Access-Control-Allow-Origin", PAGE).set("Access-Control-Allow-Credentials", "false")
                .set("Vary", "Accept, origin");

        of("*").complete(headers, PAGE);

        assertThat(headers.getAll("Vary")).containsExactly("Accept, origin");
        assertThat(headers.getAll("Access-Control-Allow-Origin")).containsExactly(PAGE);
        assertThat(headers.contains("Access-Control-Allow-Credentials")).isFalse();
        assertThat(headers.contains("Access-Control-Expose-Headers")).isFalse();
    }

    @Test
    void vary_stays_one_line() {
        headers.add("Vary", "Accept").add("Vary", "Accept-Encoding");

        of("*").complete(headers, null);

        assertThat(headers.getAll("Vary")).containsExactly("Accept, Accept-Encoding, Origin");
    }

    @Test
    void without_cors_nothing_is_added() {
        new CorsHeaders(false, Optional.empty(), Optional.empty(), Optional.empty()).complete(headers, PAGE);

        assertThat(headers.isEmpty()).isTrue();
    }
}
