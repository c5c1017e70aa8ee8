package dev.atrium.backplane.memory;

import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.SessionStore;
import dev.atrium.room.Node;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/** In-process session store, for connected sessions and those disconnected within the resume window. */
final class MemorySessions implements SessionStore {

    private static final long CONNECTED = Long.MAX_VALUE;

    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong nextCleanup = new AtomicLong();
    private final Node node;
    private final long windowMillis;
    private final Clock clock;
    private volatile Host host;

    /** Entry under a token: the session, or, under an old token, the session that it became on resumption. */
    private record Entry(SavedSession session, long until) {

        boolean isCurrent(String token) {
            return session.token().equals(token);
        }
    }

    MemorySessions(Node node, MemorySettings settings) {
        this.node = node;
        this.windowMillis = settings.resumeWindow().toMillis();
        this.clock = settings.clock();
    }

    @Override
    public void serve(Host newHost) {
        host = newHost;
    }

    @Override
    public long windowMillis() {
        return windowMillis;
    }

    @Override
    public String newToken() {
        return node.newToken();
    }

    @Override
    public Uni<Void> save(SavedSession session) {
        return Uni.createFrom().voidItem().invoke(() -> entries.put(session.token(), new Entry(session, CONNECTED)));
    }

    @Override
    public Uni<Void> release(String token) {
        return Uni.createFrom().voidItem().invoke(() -> {
            long now = clock.millis();
            entries.computeIfPresent(token, (key, present) -> new Entry(present.session, now + windowMillis));
            removeExpired(now);
        });
    }

    @Override
    public Uni<Void> delete(String token) {
        // An entry that leads from an old token to the next one stays: the client may still present the old one.
        return Uni.createFrom().voidItem()
                .invoke(() -> entries.computeIfPresent(token, (key, present) -> present.isCurrent(token) ? null : present));
    }

    @Override
    public Uni<SavedSession> resume(String token, Duration oldTokenTtl) {
        return Uni.createFrom().deferred(() -> {
            SavedSession session;
            boolean connected;
            // Of two connections with one token the second must find the first one's, and not nothing.
            synchronized (this) {
                Entry found = find(token);
                if (found == null) {
                    return Uni.createFrom().nullItem();
                }
                SavedSession old = found.session;
                session = new SavedSession(newToken(), old.self(), old.namespace(), old.rooms(), old.granted());
                connected = found.until == CONNECTED;
                entries.put(old.token(), new Entry(session, clock.millis() + windowMillis));
                entries.put(session.token(), new Entry(session, CONNECTED));
            }
            Uni<?> ended = connected
                    ? host.end(session.namespace(), session.self().id(), true)
                    : Uni.createFrom().voidItem();
            if (oldTokenTtl.toMillis() > windowMillis) {
                entries.put(token, new Entry(session, clock.millis() + oldTokenTtl.toMillis()));
            }
            return ended.replaceWith(session);
        });
    }

    /** Takes out the session that a token leads to, over any number of resumptions whose reply the client never received. */
    private Entry find(String token) {
        Entry found = entries.remove(token);
        while (found != null && !found.isCurrent(token)) {
            // The old token keeps leading to the next one.
            entries.put(token, found);
            token = found.session.token();
            found = entries.remove(token);
        }
        return found == null || found.until < clock.millis() ? null : found;
    }

    @Override
    public Uni<Boolean> isTakenOver(String token) {
        return Uni.createFrom().item(() -> {
            Entry entry = entries.get(token);
            return entry != null && !entry.isCurrent(token);
        });
    }

    @Override
    public Uni<Boolean> end(String namespace, String sessionId) {
        return host.end(namespace, sessionId, false);
    }

    /** Removes expired entries. Runs when a session is released, so no timer is needed. */
    private void removeExpired(long now) {
        long due = nextCleanup.get();
        if (now >= due && nextCleanup.compareAndSet(due, now + windowMillis / 4)) {
            entries.values().removeIf(each -> each.until < now);
        }
    }
}
