package dev.atrium.session;

import dev.atrium.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of load shedding: when new connections are rejected because too many arrive at once. */
@ConfigMapping(prefix = "atrium.admission")
public interface AdmissionConfig {

    /** Event loop lag above which new connections are rejected; 0s disables the check. */
    @WithDefault("250ms")
    @WithConverter(DurationSetting.class)
    Duration maxLag();

    /** New connections that may be in their handshake or wait for it, on all event loops together; 0 for no limit. */
    @WithDefault("5000")
    int maxHandshakes();
}
