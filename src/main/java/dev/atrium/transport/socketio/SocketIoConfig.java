package dev.atrium.transport.socketio;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SwitchSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of Socket.IO. */
@ConfigMapping(prefix = "atrium.socketio")
public interface SocketIoConfig {

    /** The namespaces that clients may be in, with {@code *} for anything; others are refused as invalid. */
    @WithDefault("*")
    List<String> namespaces();

    /** A connection that has joined no namespace by then is closed. */
    @WithDefault("45s")
    @WithConverter(DurationSetting.class)
    Duration connectTimeout();

    /** Most attachments that one event may have. */
    @WithDefault("10")
    int maxAttachments();

    /**
     * Whether clients can go on after their connection broke as if it had not: events then have one more argument, the offset.
     * It is for as long as {@code atrium.resume.window} says, and as far back as histories reach.
     */
    @WithDefault("false")
    @WithConverter(SwitchSetting.class)
    boolean connectionStateRecovery();

    /**
     * The prefix of the channels on which servers and emitters of Node speak, {@code socket.io} by default there: what they say
     * to clients reaches those of this replica, too. Absent: they are not heard.
     */
    Optional<String> emitters();

    /** Whether events that have no meaning of their own are said in the rooms that their sender has joined. */
    @WithDefault("true")
    @WithConverter(SwitchSetting.class)
    boolean relay();
}
