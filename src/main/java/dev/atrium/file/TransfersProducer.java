package dev.atrium.file;

import dev.atrium.backplane.BackplaneConfig;
import dev.atrium.gateway.AccessControl;
import dev.atrium.gateway.RoomService;
import dev.atrium.security.SecurityConfig;
import dev.atrium.security.TokenBucket;
import dev.atrium.setting.Require;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Producer of {@link Transfers} and {@link ExpiryJob}, and timer of the job. */
@Singleton
final class TransfersProducer {

    private static final Duration MIN_DURATION = Duration.ofSeconds(1);
    private static final Duration MAX_DURATION = Duration.ofDays(3650);
    private static final int MIN_CHUNK = 1 << 10;
    private static final int MAX_CHUNK = 4 << 20;
    private static final int MAX_FILES = 1_000_000;

    /** Bytes of a message that the line of JSON before a chunk may take. */
    private static final int LINE = 512;

    private Long timer;

    @Produces
    @Singleton
    Transfers transfers(Optional<FileStore> store, FileConfig config, BackplaneConfig backplane, AccessControl access,
            RoomService service, SecurityConfig security,
            @ConfigProperty(name = "atrium.websocket.max-message-size") MemorySize message,
            @ConfigProperty(name = "atrium.websocket.max-frame-size") MemorySize frame) {
        check(config);
        // A chunk that is larger than the burst of bytes could never be sent.
        long burst = TokenBucket.burst(security.limits().bytes());
        long fits = Math.min(Math.min(message.asLongValue(), frame.asLongValue()), burst) - LINE;
        int chunk = (int) Math.max(1, Math.min(config.chunk(), fits));
        Clock clock = Clock.systemUTC();
        FileStore files = store.orElse(null);
        return new Transfers(files, access, new FilePublisher(service, files, backplane.idempotency().window(), clock),
                Quotas.of(config, FileStoreProducer.kind(config, backplane), chunk), chunk, clock);
    }

    @Produces
    @Singleton
    ExpiryJob sweep(Optional<FileStore> store, FileConfig config, RoomService service, BackplaneConfig backplane) {
        FileStore files = store.orElse(null);
        Clock clock = Clock.systemUTC();
        return new ExpiryJob(files, new FilePublisher(service, files, backplane.idempotency().window(), clock), config.ttl(),
                config.abandonedAfter(), clock);
    }

    void start(@Observes StartupEvent startup, Optional<FileStore> store, ExpiryJob sweep, FileConfig config, Vertx vertx,
            @ConfigProperty(name = "quarkus.http.host-enabled") boolean listens) {
        if (listens && store.isPresent()) {
            timer = vertx.setPeriodic(config.sweep().toMillis(), timer -> sweep.once().subscribe().with(done -> {
            }));
        }
    }

    /** In dev mode Vert.x outlives the application, and the timer would use its closed store. */
    void stop(@Observes ShutdownEvent shutdown, Vertx vertx) {
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }

    private static void check(FileConfig config) {
        Require.between("atrium.file.chunk", config.chunk(), MIN_CHUNK, MAX_CHUNK);
        Require.between("atrium.file.ttl", config.ttl(), MIN_DURATION, MAX_DURATION);
        Require.between("atrium.file.abandoned-after", config.abandonedAfter(), MIN_DURATION, MAX_DURATION);
        Require.between("atrium.file.sweep", config.sweep(), Duration.ofMillis(100), Duration.ofDays(1));
        Require.between("atrium.file.room-files", config.roomFiles(), 0, MAX_FILES);
        Require.between("atrium.file.user-files", config.userFiles(), 0, MAX_FILES);
        Require.between("atrium.file.unfinished", config.unfinished(), 1, MAX_FILES);
        Require.between("atrium.file.total-files", config.totalFiles(), 0, MAX_FILES);
    }
}
