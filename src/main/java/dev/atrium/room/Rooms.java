package dev.atrium.room;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The rooms that have members on this replica. The first member of a room subscribes to it, the last one that leaves
 * unsubscribes, so a replica hears only what its members want.
 */
public final class Rooms {

    private final ConcurrentMap<RoomId, Room> rooms = new ConcurrentHashMap<>();
    private final AtomicLong memberships = new AtomicLong();
    private final AtomicLong named = new AtomicLong();
    private final RoomSource source;
    private final DeliveryObserver observer;
    private final DeliveryTracer tracer;

    public Rooms(RoomSource source, DeliveryObserver observer, DeliveryTracer tracer) {
        this.source = source;
        this.observer = observer;
        this.tracer = tracer;
    }

    /**
     * Lets a member into a room, on the member's event loop. Everything after the position of the returned membership is
     * handed to it once that {@link Membership#follow follows}.
     *
     * @param since the place that the member was at before, to be told what it missed; null to begin with what comes now
     * @param stillWanted asked once the room is subscribed to: a member that has gone meanwhile is not let in
     * @return on the member's event loop: the membership; or the failure of the subscription or the history, or
     *     {@link CancellationException} for one that has gone. Not to be cancelled: a membership that nobody gets, nobody ends
     */
    public Uni<Membership> join(Member member, RoomId id, boolean watchesPresence, StreamPosition since,
            BooleanSupplier stillWanted) {
        Uni<Membership> admitted = admitted(member, id, watchesPresence, stillWanted);
        return since == null ? admitted : admitted.chain(membership -> membership.resume(since)
                .onFailure().invoke(() -> leave(membership))
                .invoke(() -> {
                    if (!stillWanted.getAsBoolean()) {
                        leave(membership);
                        throw new CancellationException("the session has gone");
                    }
                }));
    }

    private Uni<Membership> admitted(Member member, RoomId id, boolean watchesPresence, BooleanSupplier stillWanted) {
        Room room = reference(id);
        CompletableFuture<Void> subscribed = room.subscribed();
        if (subscribed.isDone() && !subscribed.isCompletedExceptionally()) {
            return admitted(room, member, watchesPresence, stillWanted);
        }
        // Not a Uni of that future: whoever cancelled it would cancel it for everyone who waits for this room.
        return Uni.createFrom().<Void>emitter(emitter -> {
            AtomicBoolean over = new AtomicBoolean();
            emitter.onTermination(() -> over.set(true));
            subscribed.whenComplete((done, failure) -> member.loop().run(() -> {
                if (over.get() || failure != null) {
                    release(id);
                    emitter.fail(failure);
                } else {
                    emitter.complete(null);
                }
            }));
        }).chain(done -> admitted(room, member, watchesPresence, stillWanted));
    }

    private Uni<Membership> admitted(Room room, Member member, boolean watchesPresence, BooleanSupplier stillWanted) {
        if (stillWanted.getAsBoolean()) {
            return Uni.createFrom().item(admit(room, member, watchesPresence));
        }
        release(room.id);
        return Uni.createFrom().failure(new CancellationException("the session has gone"));
    }

    /** Ends a membership, on its member's event loop. Nothing more of that room is handed to the member. */
    public void leave(Membership membership) {
        Room room = membership.share().room;
        room.dismiss(membership);
        if (room.id.isNamed()) {
            memberships.decrementAndGet();
        }
        release(room.id);
    }

    /** Rooms with members on this replica; those of single sessions and of whole namespaces do not count. */
    public long count() {
        return named.get();
    }

    /** Memberships of sessions on this replica in rooms that count. */
    public long memberships() {
        return memberships.get();
    }

    private Membership admit(Room room, Member member, boolean watchesPresence) {
        if (room.id.isNamed()) {
            memberships.incrementAndGet();
        }
        return room.admit(member, watchesPresence, source);
    }

    /** Subscribing happens under the map's lock for this room, so that it never overtakes an unsubscribing. */
    private Room reference(RoomId id) {
        return rooms.compute(id, (key, present) -> {
            Room room = present;
            if (room == null) {
                room = new Room(id, observer, tracer);
                if (id.isNamed()) {
                    named.incrementAndGet();
                }
                source.subscribe(id, room);
            }
            room.references++;
            return room;
        });
    }

    private void release(RoomId id) {
        rooms.computeIfPresent(id, (key, room) -> {
            room.references--;
            if (room.references > 0) {
                return room;
            }
            if (id.isNamed()) {
                named.decrementAndGet();
            }
            source.unsubscribe(id);
            return null;
        });
    }
}
