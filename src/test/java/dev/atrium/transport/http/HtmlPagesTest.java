package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlPagesTest {

    @ParameterizedTest
    @CsvSource({ "/, ./", "/latency, ./", "/rooms/lobby, ../", "/rooms/lobby/, ../../", "/rooms/a%2Fb, ../",
            "/pages/index.html, ../" })
    void from_each_page_a_relative_path_leads_to_the_root(String path, String relative) {
        assertThat(HtmlPages.toRoot(path)).isEqualTo(relative);
        assertThat(URI.create("https://host" + path).resolve(relative)).hasToString("https://host/");
        assertThat(URI.create("https://host/realtime" + path).resolve(relative)).hasToString("https://host/realtime/");
    }
}
