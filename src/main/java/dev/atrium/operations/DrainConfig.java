package dev.atrium.operations;

import dev.atrium.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of how clients are sent elsewhere. */
@ConfigMapping(prefix = "atrium.drain")
public interface DrainConfig {

    /** How long a replica that is to stop goes on taking clients, until whoever routes them has seen that it is not ready. */
    @WithDefault("5s")
    @WithConverter(DurationSetting.class)
    Duration delay();

    /** The time over which clients are told to go, so that the replicas that take them can bear it. */
    @WithDefault("30s")
    @WithConverter(DurationSetting.class)
    Duration window();

    /** How long clients have to go after the last one was told to; then the process ends all the same. */
    @WithDefault("10s")
    @WithConverter(DurationSetting.class)
    Duration grace();
}
