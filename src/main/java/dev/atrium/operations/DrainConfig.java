package dev.atrium.operations;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SecretSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of the drain. */
@ConfigMapping(prefix = "atrium.drain")
public interface DrainConfig {

    /** Time for which a stopping replica still accepts clients, until load balancers have noticed that it is not ready. */
    @WithDefault("5s")
    @WithConverter(DurationSetting.class)
    Duration delay();

    /** Time over which sessions are closed, so that the other replicas can cope with the reconnects. */
    @WithDefault("30s")
    @WithConverter(DurationSetting.class)
    Duration window();

    /**
     * Grace period for connections to end after the last session was closed; then the process ends, even with open connections.
     */
    @WithDefault("10s")
    @WithConverter(DurationSetting.class)
    Duration grace();

    /**
     * Key that {@code POST /admin/drain} requires as a bearer token, at least 16 characters. Absent: the request has to come
     * from the replica's own machine or pod.
     */
    Optional<@WithConverter(SecretSetting.class) String> key();
}
