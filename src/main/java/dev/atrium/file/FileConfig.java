package dev.atrium.file;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SizeSetting;
import dev.atrium.setting.SwitchSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of files. */
@ConfigMapping(prefix = "atrium.file")
public interface FileConfig {

    /** Where files are kept. Absent: with the backplane, a directory for one replica alone and Redis for many. */
    Optional<Kind> store();

    /** For {@code directory}: where; replicas have to share it. Absent: {@code atrium-files} in the directory for temporary files. */
    Optional<Path> directory();

    /** For {@code directory}: bytes that are left to others on its disk. */
    @WithDefault("64M")
    @WithConverter(SizeSetting.class)
    long reserve();

    /** For {@code s3}. */
    S3 s3();

    /** Bytes of a chunk, or what fits into {@code atrium.websocket.max-message-size} with a line of JSON if that is less. */
    @WithDefault("256K")
    @WithConverter(SizeSetting.class)
    long chunk();

    /** Largest file. Absent: 2G, in Redis 16M. */
    Optional<@WithConverter(SizeSetting.class) Long> maxSize();

    /** Bytes of all files of one room. Absent: 10G, in Redis 64M. */
    Optional<@WithConverter(SizeSetting.class) Long> roomBytes();

    /** Bytes of all files of one user. Absent: 10G, in Redis 64M. */
    Optional<@WithConverter(SizeSetting.class) Long> userBytes();

    /** Bytes of all files. Absent: 50G, in Redis 256M. */
    Optional<@WithConverter(SizeSetting.class) Long> totalBytes();

    /** Number of files of one room. */
    @WithDefault("1000")
    int roomFiles();

    /** Number of all files. */
    @WithDefault("10000")
    int totalFiles();

    /** Number of files that one user, or one session of nobody, is sending at once. */
    @WithDefault("32")
    int unfinished();

    /** How long a file is kept. */
    @WithDefault("7d")
    @WithConverter(DurationSetting.class)
    Duration ttl();

    /** How long a transfer may rest before it is swept away. */
    @WithDefault("1h")
    @WithConverter(DurationSetting.class)
    Duration abandonedAfter();

    /** How often is looked for what to sweep away. */
    @WithDefault("1m")
    @WithConverter(DurationSetting.class)
    Duration sweep();

    /** Where files are kept. */
    enum Kind { DIRECTORY, REDIS, S3, NONE }

    /** For {@code s3}. Credentials come from where every program that uses the AWS SDK finds them. */
    interface S3 {

        /** Name of the bucket, which has to exist. */
        Optional<String> bucket();

        /** Where the service is, for one that is not Amazon's, {@code https://minio.example.com}. */
        Optional<URI> endpoint();

        /** Absent: where the AWS SDK finds it; with an endpoint {@code us-east-1}. */
        Optional<String> region();

        /** Whether the bucket is named in the path instead of the host. Absent: with an endpoint it is. */
        Optional<@WithConverter(SwitchSetting.class) Boolean> pathStyle();

        /** What the key of each object begins with. */
        @WithDefault("atrium/")
        String prefix();
    }
}
