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

    private final ConcurrentMap<String, Kept> kept = new ConcurrentHashMap<>();
    private final AtomicLong nextSweep = new AtomicLong();
    private final Node node;
    private final long windowMillis;
    private final Clock clock;
    private volatile Host host;

    /** Entry under a token: the session, or, under an old token, the session that it became on resumption. */
    private record Kept(SavedSession session, long until) {

        boolean isLedTo(String token) {
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
        return Uni.createFrom().voidItem().invoke(() -> kept.put(session.token(), new Kept(session, CONNECTED)));
    }

    @Override
    public Uni<Void> release(String token) {
        return Uni.createFrom().voidItem().invoke(() -> {
            long now = clock.millis();
            kept.computeIfPresent(token, (key, present) -> new Kept(present.session, now + windowMillis));
            sweep(now);
        });
    }

    @Override
    public Uni<Void> forget(String token) {
        // An entry that leads from an old token to the next one stays: the client may still present the old one.
        return Uni.createFrom().voidItem()
                .invoke(() -> kept.computeIfPresent(token, (key, present) -> present.isLedTo(token) ? null : present));
    }

    @Override
    public Uni<SavedSession> resume(String token, Duration leads) {
        return Uni.createFrom().deferred(() -> {
            Kept found = find(token);
            if (found == null) {
                return Uni.createFrom().nullItem();
            }
            SavedSession old = found.session;
            SavedSession session = new SavedSession(newToken(), old.self(), old.namespace(), old.rooms(), old.granted());
            kept.put(old.token(), new Kept(session, clock.millis() + windowMillis));
            Uni<?> ended = found.until == CONNECTED
                    ? host.end(session.namespace(), session.self().id(), true)
                    : Uni.createFrom().voidItem();
            if (leads.toMillis() > windowMillis) {
                kept.put(token, new Kept(session, clock.millis() + leads.toMillis()));
            }
            return ended.chain(done -> save(session)).replaceWith(session);
        });
    }

    /** Takes out the session that a token leads to, over any number of resumptions whose reply the client never received. */
    private Kept find(String token) {
        Kept found = kept.remove(token);
        while (found != null && !found.isLedTo(token)) {
            // The old token keeps leading to the next one.
            kept.put(token, found);
            token = found.session.token();
            found = kept.remove(token);
        }
        return found == null || found.until < clock.millis() ? null : found;
    }

    @Override
    public Uni<Boolean> end(String namespace, String sessionId) {
        return host.end(namespace, sessionId, false);
    }

    /** Removes expired entries. Runs when a session is released, so no timer is needed. */
    private void sweep(long now) {
        long due = nextSweep.get();
        if (now >= due && nextSweep.compareAndSet(due, now + windowMillis / 4)) {
            kept.values().removeIf(each -> each.until < now);
        }
    }
}
