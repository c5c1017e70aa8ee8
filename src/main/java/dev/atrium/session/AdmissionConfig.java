package dev.atrium.session;

import dev.atrium.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of when newcomers are refused because there are too many at a time. */
@ConfigMapping(prefix = "atrium.admission")
public interface AdmissionConfig {

    /** How late event loops may be before newcomers are refused; 0s for any time. */
    @WithDefault("250ms")
    @WithConverter(DurationSetting.class)
    Duration maxLag();

    /** Newcomers that may wait for their turn, on all event loops together; 0 for any number. */
    @WithDefault("5000")
    int maxHandshakes();
}
