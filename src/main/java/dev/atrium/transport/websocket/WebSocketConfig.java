package dev.atrium.transport.websocket;

import dev.atrium.setting.SizeSetting;
import dev.atrium.setting.SwitchSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** Settings of WebSocket connections. */
@ConfigMapping(prefix = "atrium.websocket")
public interface WebSocketConfig {

    /** Maximum size of a client's frame; a larger one closes the connection with 1009. */
    @WithDefault("1M")
    @WithConverter(SizeSetting.class)
    long maxFrameSize();

    /** Maximum size of a client's message, of one frame or several; a larger one closes the connection with 1009. */
    @WithDefault("1M")
    @WithConverter(SizeSetting.class)
    long maxMessageSize();

    /** Whether permessage-deflate (RFC 7692) is negotiated. It costs some 300 KiB for each connection that uses it. */
    @WithDefault("false")
    @WithConverter(SwitchSetting.class)
    boolean compression();
}
