package dev.atrium.session;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SizeSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of every connected client, whatever its transport. */
@ConfigMapping(prefix = "atrium")
public interface SessionConfig {

    /** Liveness. */
    Heartbeat heartbeat();

    /** What waits to be written to one client. */
    OutboxSettings outbox();

    /** How old connections get. */
    ConnectionSettings connection();

    /** How old connections get. */
    interface ConnectionSettings {

        /** A client that has been connected for so long is told to connect again, to whatever replica there is; 0s for never. */
        @WithDefault("0s")
        @WithConverter(DurationSetting.class)
        Duration maxAge();

        /** By how many percent of it each client's may differ, either way. */
        @WithDefault("10")
        int maxAgeJitter();
    }

    /** Liveness: any traffic from the client counts. */
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

    /** What waits to be written to one client. */
    interface OutboxSettings {

        /** Bytes that may wait; a client that lets more gather is closed with 4409. */
        @WithDefault("4M")
        @WithConverter(SizeSetting.class)
        long limit();
    }
}
