package dev.atrium.room;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** One room on this replica: passes its ordered stream from the backplane to each event loop that has members here. */
final class Room implements Subscriber {

    final RoomId id;
    /** Number of members and of joins in progress, counted by {@link Rooms} under its map's lock; at 0 the room is removed. */
    int references;

    private final DeliveryObserver observer;
    private final DeliveryTracer tracer;
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    private volatile RoomShard[] loops = {};
    private StreamPosition position;

    Room(RoomId id, DeliveryObserver observer, DeliveryTracer tracer) {
        this.id = id;
        this.observer = observer;
        this.tracer = tracer;
    }

    /** Completes when members can be admitted, or fails if the subscription fails. */
    CompletableFuture<Void> subscribed() {
        return subscribed;
    }

    @Override
    public void subscribed(StreamPosition start) {
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
    public synchronized void lost(StreamPosition upTo) {
        position = upTo;
        pass(new EncodedMessage(new HistoryGap(id, upTo)));
    }

    @Override
    public synchronized void message(Message message) {
        position = message.position();
        boolean traced = message.traceparent() != null && loops.length > 0;
        pass(traced ? new EncodedMessage(message, tracer.arrived(message, loops.length)) : new EncodedMessage(message));
    }

    @Override
    public synchronized void volatileMessage(Message message) {
        pass(new EncodedMessage(message));
    }

    @Override
    public synchronized boolean isBehind() {
        for (RoomShard each : loops) {
            if (each.loop.isBehind()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized void presenceEvent(PresenceEvent event) {
        pass(new EncodedMessage(event));
    }

    private void pass(EncodedMessage encoded) {
        for (RoomShard each : loops) {
            each.offer(encoded);
        }
    }

    /** Admits a member. On the member's loop. */
    Membership admit(Member member, boolean watchesPresence, RoomSource source) {
        RoomShard shard = shard(member.loop());
        Membership membership = new Membership(shard, member, watchesPresence, source);
        shard.add(membership);
        return membership;
    }

    /** Removes a member; it receives nothing more. On the member's loop. */
    void dismiss(Membership membership) {
        RoomShard shard = present(membership.member().loop());
        membership.end();
        shard.remove(membership);
        if (shard.isEmpty()) {
            drop(shard);
        }
    }

    /** Returns the shard on a loop, or null if the room has no member there. Without the lock, which a publication holds. */
    private RoomShard present(DeliveryLoop loop) {
        for (RoomShard each : loops) {
            if (each.loop == loop) {
                return each;
            }
        }
        return null;
    }

    private synchronized RoomShard shard(DeliveryLoop loop) {
        RoomShard present = present(loop);
        if (present != null) {
            return present;
        }
        // Created under the lock of message(), so that the new shard starts exactly at the position of the others.
        RoomShard shard = new RoomShard(id, loop, position, observer);
        RoomShard[] more = Arrays.copyOf(loops, loops.length + 1);
        more[loops.length] = shard;
        loops = more;
        return shard;
    }

    private synchronized void drop(RoomShard shard) {
        loops = Stream.of(loops).filter(each -> each != shard).toArray(RoomShard[]::new);
    }
}
