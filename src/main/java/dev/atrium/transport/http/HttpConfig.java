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

    /**
     * Whether Atrium answers for the whole site: with its start page at {@code /}, and with a problem document for a path that nobody
     * serves. So the server does; an application that Atrium is part of has pages and errors of its own.
     */
    @WithDefault("false")
    @WithConverter(SwitchSetting.class)
    boolean wholeSite();
}
