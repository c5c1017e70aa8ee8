package dev.atrium.backplane.memory;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.backplane.ClusterRpc;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.NoSuchSessionException;
import dev.atrium.backplane.SessionStore;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import io.smallrye.mutiny.Uni;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** In-process backplane for a single replica. Unused rooms expire after their time to live. */
public final class MemoryBackplane implements Backplane {

    private static final long MAX_CLEANUP_INTERVAL_MILLIS = 60_000;

    private final ConcurrentMap<RoomId, MemoryRoom> rooms = new ConcurrentHashMap<>();
    private final RoomIndex index = new RoomIndex();
    private final AtomicLong nextCleanup = new AtomicLong();
    private final AtomicBoolean freeing = new AtomicBoolean();
    private final HistoryMemory memory;
    private final MemorySettings settings;
    private final MemoryClusterRpc clusterRpc = new MemoryClusterRpc();
    private final MemorySessions sessions;

    /** @param node this replica */
    public MemoryBackplane(Node node, MemorySettings settings) {
        this.settings = settings;
        this.memory = new HistoryMemory(settings.history().totalBytes());
        this.sessions = new MemorySessions(node, settings);
    }

    @Override
    public Uni<PublishResult> publish(Publication publication) {
        return Uni.createFrom().item(() -> {
            requireSession(publication);
            removeExpired();
            PublishResult result;
            do {
                result = room(publication.room()).publish(publication);
            } while (result == null);
            freeMemory();
            return result;
        });
    }

    @Override
    public Uni<Void> publishVolatile(Publication publication) {
        return Uni.createFrom().voidItem().invoke(() -> {
            requireSession(publication);
            MemoryRoom room = rooms.get(publication.room());
            if (room != null) {
                room.publishVolatile(publication);
            }
        });
    }

    private void requireSession(Publication publication) {
        RoomId id = publication.room();
        if (publication.toExisting() && id.isSession() && !sessions.isKept(id)) {
            MemoryRoom room = rooms.get(id);
            if (room == null || !room.accepts(publication)) {
                throw new NoSuchSessionException();
            }
        }
    }

    @Override
    public void subscribe(RoomId room, Subscriber subscriber) {
        removeExpired();
        while (!room(room).subscribe(subscriber)) {
            // The room has ended in this moment; another one takes its place.
        }
        freeMemory();
    }

    @Override
    public void unsubscribe(RoomId id) {
        MemoryRoom room = rooms.get(id);
        if (room != null) {
            boolean worthKeeping = room.unsubscribe();
            if (!worthKeeping && room.endIfUnusedSince(Long.MAX_VALUE)) {
                // Removed at once: a room without a stream position, typically that of a single session in which nothing was
                // published.
                remove(id, room);
            }
        }
    }

    @Override
    public Uni<Void> enter(RoomId room, Presence presence) {
        return Uni.createFrom().voidItem().invoke(() -> {
            while (!room(room).enter(presence)) {
                // The room has ended in this moment; another one takes its place.
            }
        });
    }

    @Override
    public Uni<Void> exit(RoomId id, Sender member) {
        return Uni.createFrom().voidItem().invoke(() -> {
            MemoryRoom room = rooms.get(id);
            if (room != null) {
                room.exit(member);
            }
        });
    }

    @Override
    public Uni<List<Presence>> members(RoomId id) {
        return read(id, MemoryRoom::members, List.of());
    }

    @Override
    public Uni<Integer> memberCount(RoomId id) {
        return read(id, MemoryRoom::memberCount, 0);
    }

    @Override
    public Uni<History> history(RoomId id, HistoryQuery query) {
        return read(id, room -> room.history(query), new History(StreamPosition.START, List.of()));
    }

    private <T> Uni<T> read(RoomId id, Function<MemoryRoom, T> what, T absent) {
        return Uni.createFrom().item(() -> {
            MemoryRoom room = rooms.get(id);
            return room == null ? absent : what.apply(room);
        });
    }

    @Override
    public HistoryPolicy.Limit historyLimit(String namespace) {
        return settings.history().of(namespace);
    }

    @Override
    public Uni<RoomPage> rooms(String namespace, String prefix, String cursor, int limit) {
        return Uni.createFrom().item(() -> index.page(namespace, prefix, cursor, limit));
    }

    @Override
    public SessionStore sessions() {
        return sessions;
    }

    @Override
    public ClusterRpc clusterRpc() {
        return clusterRpc;
    }

    /** Does nothing: no other program can publish here. */
    @Override
    public void listen(String pattern, BiConsumer<String, byte[]> listener) {
    }

    /** Does nothing: there is no other replica. */
    @Override
    public void announce(String address) {
    }

    @Override
    public Uni<String> addressOf(String node) {
        return Uni.createFrom().nullItem();
    }

    @Override
    public long currentTimeMillis() {
        return settings.clock().millis();
    }

    @Override
    public BackplaneStatus status() {
        return new BackplaneStatus("memory", BackplaneStatus.State.RECEIVING, "in this process", Map.of(), 0, 0, 0, 0, 0,
                false);
    }

    @Override
    public void close() {
        rooms.clear();
        index.clear();
    }

    int size() {
        return rooms.size();
    }

    long memoryUsed() {
        return memory.used();
    }

    private MemoryRoom room(RoomId id) {
        MemoryRoom present = rooms.get(id);
        return present != null ? present : rooms.computeIfAbsent(id, key -> {
            index.add(key);
            return new MemoryRoom(key, settings, memory);
        });
    }

    /** Removes a room that has ended, unless there is another one of its name already. */
    private void remove(RoomId id, MemoryRoom room) {
        rooms.computeIfPresent(id, (key, present) -> {
            if (present != room) {
                return present;
            }
            index.remove(key);
            return null;
        });
    }

    private void removeIf(Predicate<MemoryRoom> condition) {
        rooms.forEach((id, room) -> {
            if (condition.test(room)) {
                remove(id, room);
            }
        });
    }

    private record Freeable(MemoryRoom room, long sinceMicros) {
    }

    /** Frees the oldest messages of all rooms, and unused rooms, if all of them together take too much memory. */
    private void freeMemory() {
        if (!memory.isExceeded() || !freeing.compareAndSet(false, true)) {
            return;
        }
        try {
            PriorityQueue<Freeable> oldest = new PriorityQueue<>(Comparator.comparingLong(Freeable::sinceMicros));
            rooms.values().forEach(room -> add(oldest, room));
            while (!memory.isRelieved() && !oldest.isEmpty()) {
                MemoryRoom room = oldest.poll().room;
                room.free(oldest.isEmpty() ? 0 : oldest.peek().sinceMicros);
                add(oldest, room);
            }
            removeIf(MemoryRoom::isEnded);
        } finally {
            freeing.set(false);
        }
    }

    private static void add(PriorityQueue<Freeable> oldest, MemoryRoom room) {
        long since = room.freeableSince();
        if (since < Long.MAX_VALUE) {
            oldest.add(new Freeable(room, since));
        }
    }

    /** Removes expired rooms. Runs on the calls that can create rooms without bound, so no timer is needed. */
    private void removeExpired() {
        long now = settings.clock().millis();
        long dueAt = nextCleanup.get();
        long interval = Math.min(settings.ttl().toMillis() / 4, MAX_CLEANUP_INTERVAL_MILLIS);
        if (now >= dueAt && nextCleanup.compareAndSet(dueAt, now + interval)) {
            removeIf(room -> room.endIfUnused(now));
        }
    }
}
