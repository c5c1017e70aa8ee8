package dev.atrium.file;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Removes files that are too old, and transfers that nobody goes on with; says in their rooms those that were verified by a replica
 * that had no time to say so. Every replica does that; twice does no harm.
 */
public final class ExpiryJob {

    private static final Logger LOG = Logger.getLogger(ExpiryJob.class);

    /** Until then it is the business of the client that has sent it. */
    private static final long SAID_BY_ITS_SENDER_MILLIS = 30_000;

    private final FileStore store;
    private final FilePublisher announcement;
    private final Duration ttl;
    private final Duration abandonedAfter;
    private final Clock clock;
    private final AtomicLong swept = new AtomicLong();

    ExpiryJob(FileStore store, FilePublisher announcement, Duration ttl, Duration abandonedAfter, Clock clock) {
        this.store = store;
        this.announcement = announcement;
        this.ttl = ttl;
        this.abandonedAfter = abandonedAfter;
        this.clock = clock;
    }

    /** Looks once through all of them. Never fails. */
    Uni<Void> once() {
        Multi<StoredFile> complete = store.list().onItem().transformToMulti(Multi.createFrom()::iterable).filter(StoredFile::isComplete);
        Multi<StoredFile> abandoned = Multi.createFrom().deferred(() -> store.abandoned(clock.millis() - abandonedAfter.toMillis())
                .onItem().transformToMulti(Multi.createFrom()::iterable));
        return each(complete.onItem().transformToUniAndConcatenate(file -> lenient(file, look(file))))
                .chain(() -> each(abandoned.onItem().transformToUniAndConcatenate(file -> lenient(file, abandon(file)))));
    }

    private Uni<Void> look(StoredFile file) {
        long age = clock.millis() - file.completedAt();
        if (age > ttl.toMillis()) {
            return delete(file);
        }
        return file.state() == StoredFile.State.WHOLE && age > SAID_BY_ITS_SENDER_MILLIS ? announcement.sayFor(file)
                : Uni.createFrom().voidItem();
    }

    /** Looked at once more: the list of many is old when its last one has its turn. */
    private Uni<Void> abandon(StoredFile file) {
        return store.find(file.id()).chain(now -> now == null || now.isComplete() ? Uni.createFrom().voidItem() : delete(now));
    }

    private Uni<Void> delete(StoredFile file) {
        return store.delete(file).invoke(swept::incrementAndGet);
    }

    /** One that cannot be removed must not keep all those after it. */
    private static Uni<Void> lenient(StoredFile file, Uni<Void> work) {
        return work.onFailure().invoke(failure -> LOG.warnf("The file %s could not be swept: %s", file.id(), failure.toString()))
                .onFailure().recoverWithNull();
    }

    private static Uni<Void> each(Multi<Void> work) {
        return work.onItem().ignoreAsUni()
                .onFailure().invoke(failure -> LOG.warnf("Files could not be looked through: %s", failure.toString()))
                .onFailure().recoverWithNull();
    }

    /** How many were removed so far. */
    public long swept() {
        return swept.get();
    }
}
