package dev.atrium.backplane.memory;

import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.SessionStore;
import dev.atrium.room.Node;
import dev.atrium.room.RoomId;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * In-process session store, for connected sessions and those disconnected within the resume window. The memory of the latter is
 * bounded: a client can join the maximum of rooms, disconnect, and begin anew at once.
 */
final class MemorySessions implements SessionStore {

    private static final long CONNECTED = Long.MAX_VALUE;

    /** Disconnected sessions may take this part of the memory of all histories. */
    private static final int PART_OF_HISTORIES = 4;

    /** By their tokens. All maps are used under the lock of this store. */
    private final Map<String, Entry> entries = new HashMap<>();
    /** Newest token of each session by its own room. */
    private final Map<RoomId, String> tokens = new HashMap<>();
    /** Tokens of the disconnected sessions, and old tokens that lead to sessions, the oldest first. */
    private final Set<String> expiring = new LinkedHashSet<>();
    private long expiringBytes;
    private long nextCleanup;
    private final long mostBytes;
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
        this.mostBytes = settings.history().totalBytes() / PART_OF_HISTORIES;
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
        return change(() -> {
            Entry present = entries.get(session.token());
            // One that was taken over meanwhile stays so: its token leads to the next one.
            if (present == null || present.isCurrent(session.token())) {
                put(session.token(), new Entry(session, CONNECTED));
            }
        });
    }

    @Override
    public Uni<Void> release(String token) {
        return change(() -> {
            long now = clock.millis();
            Entry present = entries.get(token);
            if (present != null) {
                put(token, new Entry(present.session, now + windowMillis));
            }
            removeExpired(now);
        });
    }

    @Override
    public Uni<Void> delete(String token) {
        return change(() -> {
            Entry present = entries.get(token);
            // An entry that leads from an old token to the next one stays: the client may still present the old one.
            if (present != null && present.isCurrent(token)) {
                remove(token);
            }
        });
    }

    private Uni<Void> change(Runnable change) {
        return Uni.createFrom().voidItem().invoke(() -> {
            synchronized (this) {
                change.run();
            }
        });
    }

    /** Sets the entry of a token. The oldest are forgotten if all that expire take too much memory. */
    private void put(String token, Entry entry) {
        remove(token);
        entries.put(token, entry);
        if (entry.isCurrent(token)) {
            tokens.put(entry.session.ownRoom(), token);
        }
        if (entry.until != CONNECTED) {
            expiring.add(token);
            expiringBytes += entry.session.bytes();
        }
        while (expiringBytes > mostBytes) {
            remove(expiring.iterator().next());
        }
    }

    private void remove(String token) {
        Entry gone = entries.remove(token);
        if (gone != null) {
            tokens.remove(gone.session.ownRoom(), token);
            expiringBytes -= expiring.remove(token) ? gone.session.bytes() : 0;
        }
    }

    /** Returns whether the session of an own room is connected and saved, or can be resumed. */
    synchronized boolean isKept(RoomId room) {
        String token = tokens.get(room);
        return token != null && entries.get(token).until >= clock.millis();
    }

    @Override
    public Uni<SavedSession> resume(String token, String namespace, String user) {
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
                if (!old.isOf(namespace, user)) {
                    return Uni.createFrom().item(old);
                }
                session = new SavedSession(newToken(), old.self(), old.namespace(), old.rooms(), old.granted());
                connected = found.until == CONNECTED;
                putLead(old.token(), session, windowMillis);
                put(session.token(), new Entry(session, CONNECTED));
            }
            Uni<?> ended = connected ? host.end(session.namespace(), session.self().id(), true) : Uni.createFrom().voidItem();
            return ended.replaceWith(session);
        });
    }

    @Override
    public Uni<Void> lead(String oldToken, SavedSession session, Duration ttl) {
        return change(() -> putLead(oldToken, session, Math.max(windowMillis, ttl.toMillis())));
    }

    private void putLead(String oldToken, SavedSession session, long millis) {
        // Without the rooms, whose names it would keep in memory.
        SavedSession next = new SavedSession(session.token(), session.self(), session.namespace(), Map.of(), Set.of());
        put(oldToken, new Entry(next, clock.millis() + millis));
    }

    /** Finds the session that a token leads to, over any number of resumptions whose reply the client never received. */
    private Entry find(String token) {
        Entry found = entries.get(token);
        while (found != null && !found.isCurrent(token)) {
            token = found.session.token();
            found = entries.get(token);
        }
        if (found != null && found.until < clock.millis()) {
            remove(token);
            return null;
        }
        return found;
    }

    @Override
    public Uni<Boolean> isTakenOver(String token) {
        return Uni.createFrom().item(() -> {
            synchronized (this) {
                Entry entry = entries.get(token);
                return entry != null && !entry.isCurrent(token);
            }
        });
    }

    @Override
    public Uni<Boolean> end(String namespace, String sessionId) {
        return host.end(namespace, sessionId, false)
                .map(ended -> ended || forget(new RoomId(namespace, sessionId)));
    }

    @Override
    public Uni<Void> revoke(String namespace, String user) {
        return change(() -> List.copyOf(entries.values()).forEach(entry -> {
            SavedSession session = entry.session;
            if (user.equals(session.self().user()) && (namespace == null || namespace.equals(session.namespace()))) {
                forget(session.ownRoom());
            }
        }));
    }

    /** Forgets a session that waits for its client; returns whether there was one. */
    private synchronized boolean forget(RoomId own) {
        String token = tokens.get(own);
        boolean waits = isKept(own) && entries.get(token).until != CONNECTED;
        if (waits) {
            remove(token);
        }
        return waits;
    }

    /** Removes expired entries. Runs when a session is released, so no timer is needed. */
    private void removeExpired(long now) {
        if (now >= nextCleanup) {
            nextCleanup = now + windowMillis / 4;
            expiring.stream().filter(token -> entries.get(token).until < now).toList().forEach(this::remove);
        }
    }
}
