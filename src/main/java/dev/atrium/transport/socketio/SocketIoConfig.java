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

    /** Namespaces that clients may connect to, with {@code *} as a wildcard; others are rejected as invalid. */
    @WithDefault("*")
    List<String> namespaces();

    /** Time after which a connection that has joined no namespace is closed. */
    @WithDefault("45s")
    @WithConverter(DurationSetting.class)
    Duration connectTimeout();

    /** Maximum number of binary attachments of an event. */
    @WithDefault("10")
    int maxAttachments();

    /**
     * Whether clients can recover their session after a lost connection; events then have one more argument, the offset.
     * Recovery is possible within {@code atrium.resume.window}, and as far back as the history of rooms reaches.
     */
    @WithDefault("false")
    @WithConverter(SwitchSetting.class)
    boolean connectionStateRecovery();

    /**
     * Prefix of the Redis channels of Node servers and emitters, {@code socket.io} by default there: this replica delivers
     * their broadcasts to its clients. Absent: the replica does not subscribe.
     */
    Optional<String> emitters();

    /** Whether events without a handler are published to the rooms that their sender has joined. */
    @WithDefault("true")
    @WithConverter(SwitchSetting.class)
    boolean relay();
}
