package dev.atrium.file;

import dev.atrium.backplane.BackplaneConfig;
import dev.atrium.backplane.DedicatedRedis;
import dev.atrium.file.directory.DirectoryStore;
import dev.atrium.file.redis.RedisStore;
import dev.atrium.file.s3.S3Start;
import dev.atrium.setting.Require;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Producer of the configured file store; {@code Optional<FileStore>} is empty if this server keeps no files. */
@Singleton
final class FileStoreProducer {

    private static final Logger LOG = Logger.getLogger(FileStoreProducer.class);

    /** The configured kind of store, or the default for the backplane. */
    static FileConfig.Kind kind(FileConfig config, BackplaneConfig backplane) {
        return config.store().orElse(
                backplane.backplane() == BackplaneConfig.Kind.REDIS ? FileConfig.Kind.REDIS : FileConfig.Kind.DIRECTORY);
    }

    /** @throws ConfigurationException naming the invalid setting */
    @Produces
    @Singleton
    Optional<FileStore> store(FileConfig config, BackplaneConfig backplane, Vertx vertx, DedicatedRedis redis,
            @ConfigProperty(name = "quarkus.redis.hosts") Optional<String> hosts) {
        return switch (kind(config, backplane)) {
            case NONE -> Optional.empty();
            case DIRECTORY -> Optional.of(directory(config, backplane));
            case REDIS -> Optional.of(redis(config, backplane.redis().prefix(), hosts, vertx, redis));
            case S3 -> Optional.of(S3Start.start(config.s3()));
        };
    }

    /** Creates the store at startup: an invalid setting must stop the start, not fail the first file. */
    void start(@Observes StartupEvent startup, Optional<FileStore> store) {
        LOG.debugf("Files are kept: %s", store.isPresent());
    }

    void close(@Disposes Optional<FileStore> store) throws Exception {
        if (store.isPresent() && store.get() instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    private static FileStore directory(FileConfig config, BackplaneConfig backplane) {
        if (config.directory().isEmpty()) {
            Require.that(backplane.backplane() == BackplaneConfig.Kind.MEMORY, "atrium.file.directory",
                    "a directory that all replicas share because of atrium.file.store=directory and atrium.backplane=redis");
            return DirectoryStore.privatelyIn(Path.of(System.getProperty("java.io.tmpdir"), "atrium-files"), config.reserve());
        }
        Path directory = config.directory().get();
        try {
            return DirectoryStore.in(directory, config.reserve());
        } catch (IOException e) {
            throw new ConfigurationException("atrium.file.directory: expected a directory that can be made and written, got "
                    + directory + " (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static FileStore redis(FileConfig config, String prefix, Optional<String> hosts, Vertx vertx,
            DedicatedRedis redis) {
        // The error names the setting that was set: the other one only follows from it.
        String because = config.store().isPresent() ? "atrium.file.store" : "atrium.backplane";
        Require.that(hosts.isPresent(), "quarkus.redis.hosts",
                "the address of Redis because of " + because + "=redis, for example redis://localhost:6379");
        Require.that(prefix.matches("[\\w:.-]{1,64}"), "atrium.redis.prefix", "1 to 64 letters, digits or one of _ : . -");
        return new RedisStore(redis.client(vertx), vertx, prefix, config.ttl().plus(config.abandonedAfter()));
    }
}
