package dev.atrium.warmup;

import dev.atrium.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the warm-up before a replica is ready. */
@ConfigMapping(prefix = "atrium.warm-up")
public interface WarmUpConfig {

    /** Duration of the warm-up; zero disables it. */
    @WithDefault("6s")
    @WithConverter(DurationSetting.class)
    Duration duration();
}
