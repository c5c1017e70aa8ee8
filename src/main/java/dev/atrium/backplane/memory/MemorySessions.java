package dev.atrium.backplane.memory;

import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.SessionStore;
import dev.atrium.room.Node;
import dev.atrium.room.RoomId;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * In-process session store, for connected sessions and those disconnected within the resume window. The memory of the latter is
 * bounded: a client can join the maximum of rooms, disconnect, and begin anew at once.
 */
final class MemorySessions implements SessionStore {

    private static final long CONNECTED = Long.MAX_VALUE;

    /** Disconnected sessions may take this part of the memory of all histories. */
    private static final int PART_OF_HISTORIES = 4;

    /** Approximate bytes of a session without its rooms, and of a room without its name. */
    private static final int SESSION_BYTES = 600;
    private static final int ROOM_BYTES = 150;

    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    /** Newest token of each session by its own room. */
    private final ConcurrentMap<RoomId, String> tokens = new ConcurrentHashMap<>();
    /**
     * Disconnected sessions, and old tokens that lead to sessions, by their token, the oldest first. Its lock guards
     * {@link #disconnectedBytes}.
     */
    private final Map<String, Entry> disconnected = new LinkedHashMap<>();
    private long disconnectedBytes;
    private final long mostBytes;
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

        RoomId room() {
            return new RoomId(session.namespace(), session.self().id());
        }

        long bytes() {
            long bytes = SESSION_BYTES;
            for (String name : session.rooms().keySet()) {
                bytes += ROOM_BYTES + 2L * name.length();
            }
            return bytes;
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
        // One that was taken over meanwhile stays so: its token leads to the next one.
        return Uni.createFrom().voidItem().invoke(() -> {
            // A resumption between the two steps would have its token replaced by the older one.
            synchronized (this) {
                Entry saved = entries.compute(session.token(),
                        (token, present) -> present != null && !present.isCurrent(token) ? present
                                : new Entry(session, CONNECTED));
                if (saved.isCurrent(session.token())) {
                    tokens.put(saved.room(), session.token());
                }
            }
        });
    }

    @Override
    public Uni<Void> release(String token) {
        return Uni.createFrom().voidItem().invoke(() -> {
            long now = clock.millis();
            Entry released = entries.computeIfPresent(token,
                    (key, present) -> new Entry(present.session, now + windowMillis));
            if (released != null && released.isCurrent(token)) {
                addDisconnected(token, released);
            }
            removeExpired(now);
        });
    }

    /** Adds a disconnected session; those that have been disconnected the longest are forgotten if all take too much memory. */
    private void addDisconnected(String token, Entry released) {
        synchronized (disconnected) {
            removeDisconnected(token);
            if (entries.get(token) != released) {
                // Resumed meanwhile.
                return;
            }
            disconnected.put(token, released);
            disconnectedBytes += released.bytes();
            while (disconnectedBytes > mostBytes) {
                String longest = disconnected.keySet().iterator().next();
                remove(longest, removeDisconnected(longest));
            }
        }
    }

    /** Returns whether the session of an own room is connected and saved, or can be resumed. */
    synchronized boolean isKept(RoomId room) {
        String token = tokens.get(room);
        Entry entry = token == null ? null : entries.get(token);
        return entry != null && entry.isCurrent(token) && entry.until >= clock.millis();
    }

    private boolean remove(String token, Entry entry) {
        boolean removed = entries.remove(token, entry);
        if (removed) {
            removeToken(token, entry);
        }
        return removed;
    }

    /** An entry that leads to the next token leaves the session under that one. */
    private void removeToken(String token, Entry gone) {
        if (gone.isCurrent(token)) {
            tokens.remove(gone.room(), token);
        }
    }

    /** @return the entry; null if the token is not that of a disconnected session */
    private Entry removeDisconnected(String token) {
        synchronized (disconnected) {
            Entry gone = disconnected.remove(token);
            disconnectedBytes -= gone == null ? 0 : gone.bytes();
            return gone;
        }
    }

    @Override
    public Uni<Void> delete(String token) {
        // An entry that leads from an old token to the next one stays: the client may still present the old one.
        return Uni.createFrom().voidItem().invoke(() -> {
            Entry left = entries.computeIfPresent(token, (key, present) -> {
                removeToken(token, present);
                return present.isCurrent(token) ? null : present;
            });
            if (left == null) {
                removeDisconnected(token);
            }
        });
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
                Entry resumed = new Entry(session, CONNECTED);
                entries.put(session.token(), resumed);
                tokens.put(resumed.room(), session.token());
            }
            Uni<?> ended = connected
                    ? host.end(session.namespace(), session.self().id(), true)
                    : Uni.createFrom().voidItem();
            return ended.replaceWith(session);
        });
    }

    @Override
    public Uni<Void> lead(String oldToken, SavedSession session, Duration ttl) {
        return Uni.createFrom().voidItem()
                .invoke(() -> putLead(oldToken, session, Math.max(windowMillis, ttl.toMillis())));
    }

    private void putLead(String oldToken, SavedSession session, long millis) {
        // Without the rooms, whose names it would keep in memory.
        SavedSession next = new SavedSession(session.token(), session.self(), session.namespace(), Map.of(), Set.of());
        Entry lead = new Entry(next, clock.millis() + millis);
        entries.put(oldToken, lead);
        addDisconnected(oldToken, lead);
    }

    /** Finds the session that a token leads to, over any number of resumptions whose reply the client never received. */
    private Entry find(String token) {
        Entry found = entries.get(token);
        while (found != null && !found.isCurrent(token)) {
            token = found.session.token();
            found = entries.get(token);
        }
        if (found == null || found.until >= clock.millis()) {
            return found;
        }
        if (remove(token, found)) {
            removeDisconnected(token);
        }
        return null;
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
        return host.end(namespace, sessionId, false)
                .map(ended -> ended || forget(new RoomId(namespace, sessionId)));
    }

    @Override
    public Uni<Void> revoke(String namespace, String user) {
        return Uni.createFrom().voidItem().invoke(() -> entries.forEach((token, entry) -> {
            SavedSession session = entry.session;
            if (user.equals(session.self().user()) && (namespace == null || namespace.equals(session.namespace()))) {
                forget(new RoomId(session.namespace(), session.self().id()));
            }
        }));
    }

    /** Forgets a session that waits for its client; returns whether there was one. */
    private synchronized boolean forget(RoomId own) {
        String token = isKept(own) ? tokens.get(own) : null;
        Entry waiting = token == null ? null : entries.get(token);
        boolean forgotten = waiting != null && waiting.until != CONNECTED && remove(token, waiting);
        if (forgotten) {
            removeDisconnected(token);
        }
        return forgotten;
    }

    /** Removes expired entries. Runs when a session is released, so no timer is needed. */
    private void removeExpired(long now) {
        long due = nextCleanup.get();
        if (now >= due && nextCleanup.compareAndSet(due, now + windowMillis / 4)) {
            entries.forEach((token, each) -> {
                if (each.until < now && remove(token, each)) {
                    removeDisconnected(token);
                }
            });
        }
    }
}
