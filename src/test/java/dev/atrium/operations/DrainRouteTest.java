package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrainRouteTest {

    private static final MultiMap NONE = MultiMap.caseInsensitiveMultiMap();

    @ParameterizedTest
    @ValueSource(strings = { "127.0.0.1", "127.0.0.2", "::1", "0:0:0:0:0:0:0:1", "0:0:0:0:0:0:0:1%lo" })
    void the_loopback_address_is_local(String address) {
        assertThat(DrainRoute.isLocal(address, NONE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "10.0.0.1", "192.168.127.0", "0:0:0:0:0:0:0:10", "fe80:0:0:0:0:0:0:1", "1127.0.0.1" })
    void any_other_address_is_not(String address) {
        assertThat(DrainRoute.isLocal(address, NONE)).isFalse();
    }

    @Test
    void an_address_that_is_not_known_is_not() {
        assertThat(DrainRoute.isLocal(null, NONE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "origin", "forwarded", "x-forwarded-for" })
    void a_request_of_a_page_or_through_a_proxy_is_not(String header) {
        assertThat(DrainRoute.isLocal("127.0.0.1", MultiMap.caseInsensitiveMultiMap().add(header, "any"))).isFalse();
    }
}
