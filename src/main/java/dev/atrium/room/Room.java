package dev.atrium.room;

import java.util.concurrent.CompletableFuture;

/**
 * One room on this replica: it takes the room's one ordered stream from the backplane and passes it to each event loop
 * that has members here.
 */
final class Room implements Subscriber {

    final RoomId id;
    /** Members and members to be, counted by {@link Rooms} under its map's lock; the room ends with the last. */
    int references;

    private final DeliveryObserver observer;
    private final DeliveryTracer tracer;
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    private LoopMembers[] loops = {};
    private Position position;

    Room(RoomId id, DeliveryObserver observer, DeliveryTracer tracer) {
        this.id = id;
        this.observer = observer;
        this.tracer = tracer;
    }

    /** Completes when members can be admitted, or with the failure of the subscription. */
    CompletableFuture<Void> subscribed() {
        return subscribed;
    }

    @Override
    public void subscribed(Position start) {
        synchronized (this) {
            position = start;
        }
        subscribed.complete(null);
    }

    @Override
    public void unavailable(Throwable cause) {
        subscribed.completeExceptionally(cause);
    }

    @Override
    public synchronized void lost(Position upTo) {
        position = upTo;
        pass(new Parcel(new Gap(id, upTo)));
    }

    @Override
    public synchronized void message(Message message) {
        position = message.position();
        boolean traced = message.traceparent() != null && loops.length > 0;
        pass(traced ? new Parcel(message, tracer.arrived(message, loops.length)) : new Parcel(message));
    }

    @Override
    public synchronized boolean isBehind() {
        for (LoopMembers each : loops) {
            if (each.loop.isBehind()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized void notice(Notice notice) {
        pass(new Parcel(notice));
    }

    private void pass(Parcel parcel) {
        for (LoopMembers each : loops) {
            each.offer(parcel);
        }
    }

    /** Lets a member in. On the member's loop. */
    Membership admit(Member member, boolean watchesPresence, RoomSource source) {
        LoopMembers share = share(member.loop());
        Membership membership = new Membership(share, member, watchesPresence, source);
        share.add(membership);
        return membership;
    }

    /** Lets a member go; nothing more is handed to it. On the member's loop. */
    void dismiss(Membership membership) {
        LoopMembers share = membership.share();
        membership.end();
        share.remove(membership);
        if (share.isEmpty()) {
            drop(share);
        }
    }

    private synchronized LoopMembers share(DeliveryLoop loop) {
        for (LoopMembers each : loops) {
            if (each.loop == loop) {
                return each;
            }
        }
        // Taken under the lock of message(): the new share starts exactly where the others are.
        LoopMembers share = new LoopMembers(this, loop, position, observer);
        LoopMembers[] more = new LoopMembers[loops.length + 1];
        System.arraycopy(loops, 0, more, 0, loops.length);
        more[loops.length] = share;
        loops = more;
        return share;
    }

    private synchronized void drop(LoopMembers share) {
        LoopMembers[] fewer = new LoopMembers[loops.length - 1];
        int n = 0;
        for (LoopMembers each : loops) {
            if (each != share) {
                fewer[n++] = each;
            }
        }
        loops = fewer;
    }
}
