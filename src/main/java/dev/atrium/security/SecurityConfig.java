package dev.atrium.security;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SecretSetting;
import dev.atrium.setting.SizeSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of authentication, permissions and limits. */
@ConfigMapping(prefix = "atrium")
public interface SecurityConfig {

    /** Authentication of clients. */
    Auth auth();

    /** Permissions of clients. */
    PermissionSettings permissions();

    /** API keys of backends, by a name for the log. */
    Map<String, ApiKey> apiKeys();

    /**
     * Origins whose pages may connect, {@code https://app.example.com} for example, in addition to the server's own. Absent:
     * all origins, but cookies do not authenticate then.
     */
    Optional<List<String>> origins();

    /** Networks of proxies whose {@code X-Forwarded-For} is trusted, {@code 10.0.0.0/8} for example. */
    Optional<List<String>> trustedProxies();

    /** Limits of one client, and of all. */
    Limits limits();

    /** Whether clients without a token are accepted. */
    enum Mode {
        OPEN,
        REQUIRED
    }

    interface Auth {

        /** {@code open}: a client without a token is anonymous. {@code required}: a client without a token can do nothing. */
        @WithDefault("open")
        Mode mode();

        /** How long a connection without a token has to send one, in mode {@code required}. */
        @WithDefault("10s")
        @WithConverter(DurationSetting.class)
        Duration timeout();

        /** How long before its token expires a client is sent a warning. */
        @WithDefault("1m")
        @WithConverter(DurationSetting.class)
        Duration notice();

        /** How long a connection stays open after its token has expired. */
        @WithDefault("30s")
        @WithConverter(DurationSetting.class)
        Duration grace();

        /** Name of the cookie that holds a token; only with a list of origins. */
        Optional<String> cookie();
    }

    interface PermissionSettings {

        /**
         * Permissions of all clients, in addition to what tokens grant: {@code *:join send,/chat news:join}. Absent: everything
         * but {@code admin} in mode {@code open}, nothing in mode {@code required}.
         */
        Optional<String> everyone();
    }

    interface ApiKey {

        /** The secret, at least 16 characters. */
        @WithConverter(SecretSetting.class)
        String key();

        /** Permissions that it grants, for example {@code /* *:publish}. */
        String rooms();
    }

    /** Limits; 0 is no limit unless noted otherwise. */
    interface Limits {

        /** Connections to this replica; more are rejected with 503. */
        @WithDefault("100000")
        int connections();

        /** Connections of one address to this replica; more are rejected with 429. */
        @WithDefault("0")
        int connectionsPerAddress();

        /** Sessions of one user on this replica; more are rejected with 429. */
        @WithDefault("100")
        int connectionsPerUser();

        /** Handshakes per second on this replica, and burst size; more are rejected with 503. */
        @WithDefault("5000")
        int handshakes();

        /** Messages per second of one session, with a burst of five times as many; more are rejected with 429. */
        @WithDefault("1000")
        int messages();

        /** Bytes per second of one session, with a burst of five times as many. */
        @WithDefault("16M")
        @WithConverter(SizeSetting.class)
        long bytes();

        /** Rooms that one session may be in. */
        @WithDefault("1000")
        int rooms();

        /** Rooms that a client may open per hour, and burst size: by joining or publishing first; 0 for no limit. */
        @WithDefault("10000")
        int newRooms();

        /** Maximum length of a room name in bytes, 1 to 255. */
        @WithDefault("255")
        int roomName();

        /** Maximum number of members per page, 1 to 1000. */
        @WithDefault("1000")
        int membersPage();

        /**
         * How long a connection may take to send a whole request line with its headers, from the beginning of the connection,
         * with the handshake of TLS, or from its first byte; 0s for no limit.
         */
        @WithDefault("10s")
        @WithConverter(DurationSetting.class)
        Duration headerTime();

        /** How long a request body may stay below {@link #bodyRate()}; 0s for no limit. */
        @WithDefault("30s")
        @WithConverter(DurationSetting.class)
        Duration bodyTime();

        /** Bytes per second that a request body has to arrive with; 0 for any progress. */
        @WithDefault("240")
        int bodyRate();

        /** How long a client may take none of a response before its connection, or its stream, is ended; 0s for no limit. */
        @WithDefault("60s")
        @WithConverter(DurationSetting.class)
        Duration responseTime();

        /**
         * Maximum share of the heap, in percent, that all headers and messages take that have not arrived whole, together with
         * all bodies that have not been answered and all responses that have not been read. Beyond it the oldest are ended.
         */
        @WithDefault("20")
        int requestMemoryPercent();

        /** How long a client of the session protocol may stay without a command; 0s for no limit. */
        @WithDefault("0s")
        @WithConverter(DurationSetting.class)
        Duration firstCommand();
    }
}
