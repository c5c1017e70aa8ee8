package dev.atrium.ice;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SecretSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of ICE servers, which clients use for WebRTC among themselves. */
@ConfigMapping(prefix = "atrium.ice")
public interface IceConfig {

    /** URLs of STUN and TURN servers, {@code turn:turn.example.com:3478?transport=udp} for example. Absent: none. */
    Optional<List<String>> urls();

    /** Secret that the TURN servers share with this one, at least 16 characters; coturn's {@code static-auth-secret}. */
    Optional<@WithConverter(SecretSetting.class) String> turnSecret();

    /** File that holds the secret, in place of {@link #turnSecret()}. */
    Optional<Path> turnSecretFile();

    /** Lifetime of the credentials for TURN. */
    @WithDefault("1h")
    @WithConverter(DurationSetting.class)
    Duration ttl();
}
