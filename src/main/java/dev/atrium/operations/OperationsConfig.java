package dev.atrium.operations;

import dev.atrium.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the end. */
@ConfigMapping(prefix = "atrium.shutdown")
public interface OperationsConfig {

    /** How long clients have to go after they were told to; then the process ends all the same. */
    @WithDefault("10s")
    @WithConverter(DurationSetting.class)
    Duration grace();
}
