package dev.atrium.warmup;

import dev.atrium.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the rehearsal before a replica is ready. */
@ConfigMapping(prefix = "atrium.warm-up")
public interface WarmUpConfig {

    /** How long a replica rehearses before it says that it is ready; zero for not at all. */
    @WithDefault("6s")
    @WithConverter(DurationSetting.class)
    Duration duration();
}
