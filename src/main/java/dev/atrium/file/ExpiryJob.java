package dev.atrium.file;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Periodic job that deletes expired files and abandoned uploads, and publishes files that a replica has verified but not
 * published before it died. Every replica runs it; concurrent runs do no harm.
 */
public final class ExpiryJob {

    private static final Logger LOG = Logger.getLogger(ExpiryJob.class);

    /** Delay before the job publishes a verified file. Until then, the replica and client that completed it do. */
    private static final long PUBLISHED_BY_SENDER_MILLIS = 30_000;

    private final FileStore store;
    private final FilePublisher publisher;
    private final Duration ttl;
    private final Duration abandonedAfter;
    private final Clock clock;
    private final AtomicLong swept = new AtomicLong();
    private final AtomicBoolean running = new AtomicBoolean();

    ExpiryJob(FileStore store, FilePublisher publisher, Duration ttl, Duration abandonedAfter, Clock clock) {
        this.store = store;
        this.publisher = publisher;
        this.ttl = ttl;
        this.abandonedAfter = abandonedAfter;
        this.clock = clock;
    }

    /** Runs the job once, unless it runs already: two runs at a time would count what they delete twice. Never fails. */
    Uni<Void> once() {
        return Uni.createFrom().deferred(() -> running.compareAndSet(false, true)
                ? run().onTermination().invoke(() -> running.set(false))
                : Uni.createFrom().voidItem());
    }

    private Uni<Void> run() {
        return each(store.list(), this::expireOrPublish).chain(() -> each(store.abandoned(abandonedBefore()), this::abandon));
    }

    /** A file that cannot be deleted must not keep the job from the following ones. */
    private static Uni<Void> each(Uni<List<StoredFile>> files, Function<StoredFile, Uni<Void>> work) {
        return files.onItem().transformToMulti(Multi.createFrom()::iterable)
                .onItem().transformToUniAndConcatenate(file -> work.apply(file).onFailure()
                        .invoke(failure -> LOG.warnf("The expiry of file %s failed: %s", file.id(), failure.toString()))
                        .onFailure().recoverWithNull())
                .onItem().ignoreAsUni()
                .onFailure().invoke(failure -> LOG.warnf("The stored files could not be listed: %s", failure.toString()))
                .onFailure().recoverWithNull();
    }

    private Uni<Void> expireOrPublish(StoredFile file) {
        if (!file.isComplete()) {
            return Uni.createFrom().voidItem();
        }
        long age = clock.millis() - file.completedAt();
        if (age > ttl.toMillis()) {
            return delete(file);
        }
        return file.state() == StoredFile.State.VERIFIED && age > PUBLISHED_BY_SENDER_MILLIS ? publisher.publishFor(file)
                : Uni.createFrom().voidItem();
    }

    /** Reads the file again: the list may be outdated when its last file is processed, and the client may have come back. */
    private Uni<Void> abandon(StoredFile file) {
        return store.find(file.id()).chain(now -> now == null || now.isComplete() ? Uni.createFrom().voidItem()
                : store.isAbandoned(now, abandonedBefore())
                        .chain(abandoned -> abandoned ? delete(now) : Uni.createFrom().voidItem()));
    }

    private long abandonedBefore() {
        return clock.millis() - abandonedAfter.toMillis();
    }

    private Uni<Void> delete(StoredFile file) {
        return store.delete(file).invoke(swept::incrementAndGet);
    }

    /** Number of deleted files since startup. */
    public long swept() {
        return swept.get();
    }
}
