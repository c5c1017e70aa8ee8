package dev.atrium.transport.engineio;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SizeSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings of Engine.IO connections. {@code pingInterval} and {@code pingTimeout} are the heartbeat settings of all sessions.
 */
@ConfigMapping(prefix = "atrium.engineio")
public interface EngineIoConfig {

    /**
     * Maximum size of a POST body and of a WebSocket message; sent to clients as {@code maxPayload}. Absent: 1000000, or
     * {@code quarkus.http.limits.max-body-size} if that is less.
     */
    Optional<@WithConverter(SizeSetting.class) Long> maxPayload();

    /** Time that a client has to complete an upgrade that it has begun. */
    @WithDefault("10s")
    @WithConverter(DurationSetting.class)
    Duration upgradeTimeout();
}
