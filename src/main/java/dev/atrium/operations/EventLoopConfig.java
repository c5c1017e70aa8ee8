package dev.atrium.operations;

import dev.atrium.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long a task may block an event loop, whose clients are not served meanwhile. */
@ConfigMapping(prefix = "atrium.event-loop")
public interface EventLoopConfig {

    /** After that a replica is not ready, and logs what blocks it. */
    @WithDefault("3s")
    @WithConverter(DurationSetting.class)
    Duration unreadyAfter();

    /** After that a replica is not live: Kubernetes restarts it. */
    @WithDefault("30s")
    @WithConverter(DurationSetting.class)
    Duration deadAfter();
}
