package dev.atrium.session;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SizeSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of all sessions, whatever their transport. */
@ConfigMapping(prefix = "atrium")
public interface SessionConfig {

    /** Liveness of clients: any traffic from the client counts. */
    Heartbeat heartbeat();

    /** Send queue of each client. */
    OutboxSettings outbox();

    /** Age of connections. */
    ConnectionSettings connection();

    interface ConnectionSettings {

        /** Maximum age of a connection, after which the client is asked to reconnect, to any replica; 0s for no limit. */
        @WithDefault("0s")
        @WithConverter(DurationSetting.class)
        Duration maxAge();

        /** Jitter of the maximum age, in percent, either way. */
        @WithDefault("10")
        int maxAgeJitter();
    }

    interface Heartbeat {

        /** A client that was silent for this long is pinged. */
        @WithDefault("25s")
        @WithConverter(DurationSetting.class)
        Duration interval();

        /** A client that stays silent for this long after the interval is closed with 4408. */
        @WithDefault("20s")
        @WithConverter(DurationSetting.class)
        Duration timeout();
    }

    interface OutboxSettings {

        /** Maximum number of pending bytes; a client that exceeds it is closed with 4409. */
        @WithDefault("4M")
        @WithConverter(SizeSetting.class)
        long limit();

        /**
         * Maximum share of the direct memory, in percent, that may be used while clients are behind. Beyond it the slowest
         * clients are closed with 4409.
         */
        @WithDefault("75")
        int memoryPercent();
    }
}
