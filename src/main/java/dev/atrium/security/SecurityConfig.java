package dev.atrium.security;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SizeSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of who may come, what they may do, and how much. */
@ConfigMapping(prefix = "atrium")
public interface SecurityConfig {

    /** Who clients are. */
    Auth auth();

    /** What they may do. */
    PermissionSettings permissions();

    /** The keys of backends, by a name for the log. */
    Map<String, ApiKey> apiKeys();

    /**
     * The origins whose pages may connect, {@code https://app.example.com} for example, besides the server's own. Absent: all,
     * but cookies are then no identity.
     */
    Optional<List<String>> origins();

    /** Networks of proxies whose {@code X-Forwarded-For} is believed, {@code 10.0.0.0/8} for example. */
    Optional<List<String>> trustedProxies();

    /** How much of everything one client, or all, may use. */
    Limits limits();

    /** Whether those may come who do not say who they are. */
    enum Mode { OPEN, REQUIRED }

    /** Who clients are. */
    interface Auth {

        /** {@code open}: whoever has no token is anonymous. {@code required}: without a token there is nothing. */
        @WithDefault("open")
        Mode mode();

        /** How long a connection that came without a token has to send it, in mode {@code required}. */
        @WithDefault("10s")
        @WithConverter(DurationSetting.class)
        Duration timeout();

        /** How long before its end a client is told that its token expires. */
        @WithDefault("1m")
        @WithConverter(DurationSetting.class)
        Duration notice();

        /** How long a connection outlives its token. */
        @WithDefault("30s")
        @WithConverter(DurationSetting.class)
        Duration grace();

        /** The cookie that holds a token; only with a list of origins. */
        Optional<String> cookie();
    }

    /** What clients may do. */
    interface PermissionSettings {

        /**
         * What everyone may, in addition to what tokens grant: {@code *:join send,/chat news:join}. Absent: everything but
         * {@code admin} in mode {@code open}, nothing in mode {@code required}.
         */
        Optional<String> everyone();
    }

    /** The key of a backend. */
    interface ApiKey {

        /** The secret, at least 16 characters. */
        String key();

        /** What it grants, for example {@code /* *:publish}. */
        String rooms();
    }

    /** 0 is no limit, if nothing else is said. */
    interface Limits {

        /** Connections to this replica; more are refused with 503. */
        @WithDefault("100000")
        int connections();

        /** Connections of one address to this replica; more are refused with 429. */
        @WithDefault("0")
        int connectionsPerAddress();

        /** Sessions of one user on this replica; more are refused with 429. */
        @WithDefault("100")
        int connectionsPerUser();

        /** Handshakes per second on this replica, and as many at once; more are refused with 503. */
        @WithDefault("5000")
        int handshakes();

        /** Messages per second of one session, and five times as many at once; more are refused with 429. */
        @WithDefault("1000")
        int messages();

        /** Bytes per second of one session, and five times as many at once. */
        @WithDefault("16M")
        @WithConverter(SizeSetting.class)
        long bytes();

        /** Rooms that one session may be in. */
        @WithDefault("1000")
        int rooms();

        /** Bytes of the name of a room, 1 to 255. */
        @WithDefault("255")
        int roomName();

        /** Members in one page of them, 1 to 1000. */
        @WithDefault("1000")
        int membersPage();

        /** How long a client of the session protocol may stay without a command; 0s for ever. */
        @WithDefault("0s")
        @WithConverter(DurationSetting.class)
        Duration firstCommand();
    }
}
