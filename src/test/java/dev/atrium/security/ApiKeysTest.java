package dev.atrium.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.RoomId;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** API keys of backends, and the rejection of unknown and short ones. */
class ApiKeysTest {

    private static final String SHOP = "shop-key-shop-key";
    private static final String NEWS = "0123456789abcdef";

    private record Key(String key, String rooms) implements SecurityConfig.ApiKey {
    }

    private final ApiKeys keys = new ApiKeys(
            Map.of("shop", new Key(SHOP, "/* *:publish"), "news", new Key(NEWS, "news:history")));

    @Test
    void each_key_identifies_the_backend_of_its_name_with_its_permissions() {
        Identity shop = keys.identity(SHOP);
        assertThat(shop.kind()).isEqualTo(Identity.Kind.KEY);
        assertThat(shop.name()).isEqualTo("shop");
        assertThat(shop.expires()).isEqualTo(Identity.NEVER);
        assertThat(shop.permissions().allow(RoomId.of("/chat", "lobby"), Permission.PUBLISH)).isTrue();
        Identity news = keys.identity(NEWS);
        assertThat(news.name()).isEqualTo("news");
        assertThat(news.permissions().allow(RoomId.of("/", "news"), Permission.HISTORY)).isTrue();
        assertThat(news.permissions().allow(RoomId.of("/", "news"), Permission.PUBLISH)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "shop", "another-key-of-17" })
    void another_key_is_unknown(String key) {
        assertThatThrownBy(() -> keys.identity(key)).isInstanceOfSatisfying(AuthenticationException.class,
                refused -> assertThat(refused.reason()).isEqualTo(AuthenticationException.Reason.UNKNOWN_KEY))
                .hasMessage("X-API-Key: unknown");
    }

    /** A variable that is filled from a file has it. */
    @Test
    void a_line_break_at_its_end_is_no_part_of_a_key() {
        ApiKeys read = new ApiKeys(SecuritySettings.of("api-keys.shop.key", SHOP + "\n", "api-keys.shop.rooms", "*:publish")
                .apiKeys());
        assertThat(read.identity(SHOP).name()).isEqualTo("shop");
    }

    @Test
    void a_short_key_stops_the_start() {
        assertThatThrownBy(() -> new ApiKeys(Map.of("shop", new Key("123456789012345", "*:publish"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.api-keys.shop.key: expected at least 16 characters");
    }

    @Test
    void a_malformed_grant_stops_the_start() {
        assertThatThrownBy(() -> new ApiKeys(Map.of("shop", new Key(SHOP, "*:shout"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(
                        "atrium.api-keys.shop.rooms: expected some of join, send, history, presence, publish, admin, got \"shout\"");
    }
}
