package dev.atrium.backplane.memory;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.room.Notice;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.Receipt;
import dev.atrium.room.RoomId;
import dev.atrium.room.Subscriber;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/** A backplane for one replica, in this process. Rooms that nobody uses are forgotten after a time. */
public final class MemoryBackplane implements Backplane {

    private static final long MOST_BETWEEN_SWEEPS = 60_000;

    private final ConcurrentMap<RoomId, MemoryRoom> rooms = new ConcurrentHashMap<>();
    private final AtomicLong nextSweep = new AtomicLong();
    private final long ttlMillis;
    private final Clock clock;

    /** @param ttl how long a room that nobody uses keeps its place */
    public MemoryBackplane(Duration ttl) {
        this(ttl, Clock.systemUTC());
    }

    MemoryBackplane(Duration ttl, Clock clock) {
        this.ttlMillis = ttl.toMillis();
        this.clock = clock;
    }

    @Override
    public Uni<Receipt> publish(Publication publication) {
        return Uni.createFrom().item(() -> {
            sweep();
            Receipt receipt;
            do {
                receipt = room(publication.room()).publish(publication);
            } while (receipt == null);
            return receipt;
        });
    }

    @Override
    public void subscribe(RoomId room, Subscriber subscriber) {
        sweep();
        boolean done;
        do {
            done = room(room).subscribe(subscriber);
        } while (!done);
    }

    @Override
    public void unsubscribe(RoomId id) {
        MemoryRoom room = rooms.get(id);
        if (room != null) {
            boolean worthKeeping = room.unsubscribe();
            if (id.isSession() || !worthKeeping && room.endIfUnusedSince(Long.MAX_VALUE)) {
                // A session's id is never used again; and a room in which nothing was said has no place to keep.
                rooms.remove(id, room);
            }
        }
    }

    @Override
    public Uni<Void> enter(RoomId room, Presence presence) {
        return Uni.createFrom().voidItem().invoke(() -> {
            boolean done;
            do {
                done = room(room).enter(presence);
            } while (!done);
        });
    }

    @Override
    public Uni<Void> exit(RoomId id, String sessionId) {
        return Uni.createFrom().voidItem().invoke(() -> {
            MemoryRoom room = rooms.get(id);
            if (room != null) {
                room.exit(sessionId);
            }
        });
    }

    @Override
    public Uni<List<Presence>> members(RoomId id) {
        return Uni.createFrom().item(() -> {
            MemoryRoom room = rooms.get(id);
            return room == null ? List.of() : room.members();
        });
    }

    @Override
    public Uni<Void> announce(Notice notice) {
        return Uni.createFrom().voidItem().invoke(() -> {
            MemoryRoom room = rooms.get(notice.room());
            if (room != null) {
                room.announce(notice);
            }
        });
    }

    @Override
    public BackplaneStatus status() {
        return new BackplaneStatus("memory", true, "in this process", 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {
        rooms.clear();
    }

    int size() {
        return rooms.size();
    }

    private MemoryRoom room(RoomId id) {
        MemoryRoom present = rooms.get(id);
        return present != null ? present : rooms.computeIfAbsent(id, key -> new MemoryRoom(clock));
    }

    /** Rides on the calls that can make rooms without end, so no timer is needed. */
    private void sweep() {
        long now = clock.millis();
        long due = nextSweep.get();
        if (now >= due && nextSweep.compareAndSet(due, now + Math.min(ttlMillis / 4, MOST_BETWEEN_SWEEPS))) {
            rooms.values().removeIf(room -> room.endIfUnusedSince(now - ttlMillis));
        }
    }
}
