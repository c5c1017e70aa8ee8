package dev.atrium.transport.http;

import dev.atrium.setting.SwitchSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** Settings of rooms over HTTP. */
@ConfigMapping(prefix = "atrium.http")
public interface HttpConfig {

    /** Whether clients that read a stream of a room are listed among its members. */
    @WithDefault("true")
    @WithConverter(SwitchSetting.class)
    boolean presence();

    /**
     * Whether Atrium serves the whole site: its start page at {@code /}, and a problem document for unknown paths. On in the
     * server; off by default for an application that embeds Atrium, which has its own pages and errors.
     */
    @WithDefault("false")
    @WithConverter(SwitchSetting.class)
    boolean wholeSite();
}
