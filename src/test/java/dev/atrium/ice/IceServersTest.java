package dev.atrium.ice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.Permissions;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IceServersTest {

    private static final String SECRET = "north-of-the-river";
    private static final String TURN = "turn:turn.example.com:3478?transport=udp";

    @Test
    void a_client_gets_the_servers_and_credentials_that_the_secret_signs() {
        IceServers servers = servers("urls", "stun:stun.example.com,stuns:[2001:db8::1]:5349," + TURN + ",turns:192.0.2.1",
                "turn-secret", SECRET);
        assertThat(servers.of(caller(Identity.Kind.TOKEN, "ann"))).isEqualTo(new IceServers.Answer(List.of(
                new IceServers.Server(List.of("stun:stun.example.com", "stuns:[2001:db8::1]:5349"), null, null),
                // printf 1000003600:ann | openssl dgst -sha1 -hmac north-of-the-river -binary | base64
                new IceServers.Server(List.of(TURN, "turns:192.0.2.1"), "1000003600:ann", "APws7zJHIItRYzYQ392Ajdr1Nx4=")),
                3600));
    }

    @Test
    void nothing_that_is_not_configured_is_returned() {
        Caller ann = caller(Identity.Kind.TOKEN, "ann");
        assertThat(servers().of(ann)).isEqualTo(new IceServers.Answer(List.of(), 3600));
        assertThat(servers("urls", "stun:stun.example.com", "ttl", "5m").of(ann).iceServers()).singleElement()
                .satisfies(server -> assertThat(server.credential()).isNull());
        assertThat(servers("urls", TURN, "turn-secret", SECRET).of(ann).iceServers()).singleElement()
                .satisfies(server -> assertThat(server.urls()).containsExactly(TURN));
    }

    @ParameterizedTest
    @CsvSource({
            "TOKEN,     auth0|ann@example.com, auth0|ann@example.com",
            "TOKEN,     'A \"b\"\\c''',        A%20%22b%22%5Cc%27",
            "TOKEN,     ü%,                    %C3%BC%25",
            "TOKEN,     ,                      ''",
            "KEY,       billing,               key@billing",
            "ANONYMOUS, ,                      anonymous@192.0.2.1",
    })
    void the_username_names_the_client_in_characters_that_coturn_accepts(Identity.Kind kind, String name, String encoded) {
        IceServers servers = servers("urls", TURN, "turn-secret", SECRET);
        assertThat(servers.of(caller(kind, name)).iceServers().get(0).username()).isEqualTo("1000003600:" + encoded);
    }

    @Test
    void a_long_name_fits_a_username_of_stun() {
        IceServers servers = servers("urls", TURN, "turn-secret", SECRET);
        assertThat(servers.of(caller(Identity.Kind.TOKEN, "x".repeat(5_000))).iceServers().get(0).username())
                .hasSize("1000003600:".length() + 256);
    }

    @Test
    void the_secret_can_be_in_a_file(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), SECRET + "\n");
        Caller ann = caller(Identity.Kind.TOKEN, "ann");
        assertThat(servers("urls", TURN, "turn-secret-file", file.toString()).of(ann))
                .isEqualTo(servers("urls", TURN, "turn-secret", SECRET).of(ann));
        assertStops("atrium.ice.turn-secret-file: expected none beside", "urls", TURN, "turn-secret", SECRET,
                "turn-secret-file", file.toString());
        Files.writeString(file, "\n");
        assertStops("atrium.ice.turn-secret-file: expected at least 16", "urls", TURN, "turn-secret-file", file.toString());
        assertStops("atrium.ice.turn-secret-file: expected a file that can be read", "urls", TURN, "turn-secret-file",
                directory.resolve("none").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = { "https://turn.example.com", "turn.example.com", "turn:", "stun://stun.example.com",
            "turn:host:0", "turn:host:70000", "turn:host:port", "turn:host?transport=sctp", "stun:host?transport=udp",
            "turn:user@host", "TURN:host", "stun:host stun:other" })
    void a_url_that_is_none_of_ice_stops_the_start(String url) {
        assertStops("atrium.ice.urls: expected stun:host:port", "urls", url, "turn-secret", SECRET);
    }

    @Test
    void a_line_break_at_its_end_is_no_part_of_the_secret() {
        Caller ann = caller(Identity.Kind.TOKEN, "ann");
        assertThat(servers("urls", TURN, "turn-secret", SECRET + "\n").of(ann))
                .isEqualTo(servers("urls", TURN, "turn-secret", SECRET).of(ann));
    }

    @Test
    void settings_that_make_no_sense_together_stop_the_start() {
        assertStops("atrium.ice.turn-secret: expected the secret", "urls", TURN);
        assertStops("atrium.ice.turn-secret: expected at least 16", "urls", TURN, "turn-secret", "short");
        assertStops("atrium.ice.turn-secret: expected none without a TURN server", "urls", "stun:host", "turn-secret", SECRET);
        assertStops("atrium.ice.ttl: expected a duration from 1s to 1d", "ttl", "0s");
        assertStops("atrium.ice.ttl: expected a duration from 1s to 1d", "ttl", "-1h");
        assertStops("atrium.ice.ttl: expected a duration from 1s to 1d", "ttl", "2d");
    }

    private static void assertStops(String message, String... settings) {
        assertThatThrownBy(() -> servers(settings)).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(message);
    }

    private static IceServers servers(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put("atrium.ice." + settings[i], settings[i + 1]);
        }
        return new IceServers(new SmallRyeConfigBuilder().withMapping(IceConfig.class)
                .withSources(new PropertiesConfigSource(all, "test", 100)).build().getConfigMapping(IceConfig.class),
                Clock.fixed(Instant.ofEpochSecond(1_000_000_000), ZoneOffset.UTC));
    }

    private static Caller caller(Identity.Kind kind, String name) {
        return new Caller(new Identity(kind, name, Permissions.NONE, Identity.NEVER), "192.0.2.1");
    }
}
