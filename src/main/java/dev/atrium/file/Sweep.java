package dev.atrium.file;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/** Removes files that are too old, and transfers that nobody goes on with. Every replica may do so; twice does no harm. */
public final class Sweep {

    private static final Logger LOG = Logger.getLogger(Sweep.class);

    private final FileStore store;
    private final Duration ttl;
    private final Duration abandonedAfter;
    private final Clock clock;
    private final AtomicLong swept = new AtomicLong();

    Sweep(FileStore store, Duration ttl, Duration abandonedAfter, Clock clock) {
        this.store = store;
        this.ttl = ttl;
        this.abandonedAfter = abandonedAfter;
        this.clock = clock;
    }

    /** Looks once through all of them. Never fails. */
    Uni<Void> once() {
        long now = clock.millis();
        Multi<StoredFile> old = store.list().onItem().transformToMulti(Multi.createFrom()::iterable)
                .filter(file -> file.isComplete() && file.completedAt() + ttl.toMillis() < now);
        Multi<StoredFile> abandoned = Multi.createFrom().deferred(() -> store.abandoned(now - abandonedAfter.toMillis())
                .onItem().transformToMulti(Multi.createFrom()::iterable));
        return Multi.createBy().concatenating().streams(old, abandoned)
                .onItem().transformToUniAndConcatenate(file -> store.delete(file).invoke(swept::incrementAndGet))
                .onItem().ignoreAsUni()
                .onFailure().invoke(failure -> LOG.warnf("Old files could not be removed: %s", failure.toString()))
                .onFailure().recoverWithNull();
    }

    /** How many were removed so far. */
    public long swept() {
        return swept.get();
    }
}
