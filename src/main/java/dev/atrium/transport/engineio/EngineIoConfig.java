package dev.atrium.transport.engineio;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SizeSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of Engine.IO connections. Their {@code pingInterval} and {@code pingTimeout} are those of all heartbeats. */
@ConfigMapping(prefix = "atrium.engineio")
public interface EngineIoConfig {

    /** Largest body of a POST, and largest WebSocket message; clients are told. */
    @WithDefault("1000000")
    @WithConverter(SizeSetting.class)
    long maxPayload();

    /** How long a client has to complete an upgrade that it has begun. */
    @WithDefault("10s")
    @WithConverter(DurationSetting.class)
    Duration upgradeTimeout();
}
