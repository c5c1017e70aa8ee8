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

    /**
     * Kind of store. Absent: a directory with the memory backplane (one replica), Redis with the Redis backplane (many
     * replicas).
     */
    Optional<Kind> store();

    /**
     * Directory of store {@code directory}; replicas have to share it. Absent: {@code atrium-files} in the directory for
     * temporary files.
     */
    Optional<Path> directory();

    /** For store {@code directory}: bytes of its disk that are left free for other programs. */
    @WithDefault("64M")
    @WithConverter(SizeSetting.class)
    long reserve();

    /** Settings of store {@code s3}. */
    S3 s3();

    /** Bytes of a chunk; less if a chunk and its line of JSON would exceed {@code atrium.websocket.max-message-size}. */
    @WithDefault("256K")
    @WithConverter(SizeSetting.class)
    long chunk();

    /** Maximum size of a file. Absent: 2G, in Redis 16M. */
    Optional<@WithConverter(SizeSetting.class) Long> maxSize();

    /** Maximum bytes of all files of one room. Absent: 10G, in Redis 64M. */
    Optional<@WithConverter(SizeSetting.class) Long> roomBytes();

    /** Maximum bytes of all files of one user, or of the anonymous clients of one address. Absent: 10G, in Redis 64M. */
    Optional<@WithConverter(SizeSetting.class) Long> userBytes();

    /** Maximum bytes of all files. Absent: 50G, in Redis 256M. */
    Optional<@WithConverter(SizeSetting.class) Long> totalBytes();

    /** Maximum number of files of one room. */
    @WithDefault("1000")
    int roomFiles();

    /** Maximum number of files of one user, or of the anonymous clients of one address. */
    @WithDefault("2000")
    int userFiles();

    /** Maximum number of all files. */
    @WithDefault("10000")
    int totalFiles();

    /** Maximum number of concurrent uploads of one user, or of one anonymous session. */
    @WithDefault("32")
    int unfinished();

    /** Time for which a file is kept. */
    @WithDefault("7d")
    @WithConverter(DurationSetting.class)
    Duration ttl();

    /** Time without a chunk after which an upload is abandoned, and deleted. */
    @WithDefault("1h")
    @WithConverter(DurationSetting.class)
    Duration abandonedAfter();

    /** Interval of the job that deletes expired files and abandoned uploads. */
    @WithDefault("1m")
    @WithConverter(DurationSetting.class)
    Duration sweep();

    enum Kind {
        DIRECTORY,
        REDIS,
        S3,
        NONE
    }

    /** Settings of S3. Credentials come from the AWS SDK's default provider chain. */
    interface S3 {

        /** Name of the bucket, which has to exist. */
        Optional<String> bucket();

        /** URL of a service other than Amazon's, {@code https://minio.example.com}. */
        Optional<URI> endpoint();

        /** Region. Absent: from the AWS SDK's default chain; with an endpoint {@code us-east-1}. */
        Optional<String> region();

        /** Whether the bucket is in the URL's path instead of its host. Absent: true with an endpoint. */
        Optional<@WithConverter(SwitchSetting.class) Boolean> pathStyle();

        /** Prefix of the key of each object. */
        @WithDefault("atrium/")
        String prefix();
    }
}
