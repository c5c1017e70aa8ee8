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
 * Registry of the rooms that have members on this replica. The first member of a room subscribes the replica to it and the last
 * member to leave unsubscribes it, so a replica receives only the rooms of its members.
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
     * Adds a member to a room, on the member's event loop. Delivery of every message after the position of the returned
     * membership starts with {@link Membership#follow}.
     *
     * @param since the member's earlier stream position, from which missed messages are delivered; null to start with new
     *        messages
     * @param stillWanted checked once the room is subscribed to: a session that has ended meanwhile is not added
     * @return on the member's event loop: the membership; or the failure of the subscription or of the history, or
     *         {@link CancellationException} if the session has ended. Must not be cancelled: a membership that is not received
     *         would never be ended
     */
    public Uni<Membership> join(Member member, RoomId id, boolean watchesPresence, StreamPosition since,
            BooleanSupplier stillWanted) {
        Uni<Membership> admitted = admitted(member, id, watchesPresence, stillWanted);
        return since == null ? admitted
                : admitted.chain(membership -> membership.resume(since)
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
        // Not a Uni of that future: a subscriber that cancelled it would cancel it for all joins that wait for this room.
        return Uni.createFrom().<Void> emitter(emitter -> {
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

    /** Ends a membership, on its member's event loop. The member receives nothing more of that room. */
    public void leave(Membership membership) {
        // The membership's reference keeps the room until it is released below.
        rooms.get(membership.room()).dismiss(membership);
        if (membership.room().isNamed()) {
            memberships.decrementAndGet();
        }
        release(membership.room());
    }

    /** Returns whether a room has members here, or will have in a moment. Any thread. */
    public boolean isInUse(RoomId room) {
        return rooms.containsKey(room);
    }

    /** Returns the number of rooms with members on this replica, without those of single sessions and of whole namespaces. */
    public long count() {
        return named.get();
    }

    /** Returns the number of memberships on this replica in the rooms that {@link #count} counts. */
    public long memberships() {
        return memberships.get();
    }

    private Membership admit(Room room, Member member, boolean watchesPresence) {
        if (room.id.isNamed()) {
            memberships.incrementAndGet();
        }
        return room.admit(member, watchesPresence, source);
    }

    /** Subscribes under the map's lock for this room, so that a subscribe never overtakes an unsubscribe. */
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
