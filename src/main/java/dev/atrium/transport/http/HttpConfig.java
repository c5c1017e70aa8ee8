package dev.atrium.transport.http;

import dev.atrium.setting.SwitchSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** Settings of the HTTP side of a room. */
@ConfigMapping(prefix = "atrium.http")
public interface HttpConfig {

    /** Whether whoever reads a stream of a room is listed among its members. */
    @WithDefault("true")
    @WithConverter(SwitchSetting.class)
    boolean presence();
}
