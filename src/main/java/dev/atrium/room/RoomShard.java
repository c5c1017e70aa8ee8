package dev.atrium.room;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** The members of one room on one event loop, and the queue of their deliveries. Members are used on that loop only. */
final class RoomShard implements ShardView, Runnable {

    /** Maximum number of deliveries, and approximate bytes of their data, joined into one write. */
    private static final int MAX_BATCH = 128;
    private static final int MAX_BATCH_BYTES = 64 * 1024;

    private final RoomId room;
    final DeliveryLoop loop;
    private final DeliveryObserver observer;
    private final Queue<EncodedMessage> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean ready = new AtomicBoolean();
    private final List<Membership> memberships = new ArrayList<>(1);
    private int watchers;
    private StreamPosition position;

    RoomShard(RoomId room, DeliveryLoop loop, StreamPosition position, DeliveryObserver observer) {
        this.room = room;
        this.loop = loop;
        this.position = position;
        this.observer = observer;
    }

    /** Queues a delivery for all members. Any thread; calls for one room must not overlap, which keeps its order. */
    void offer(EncodedMessage encoded) {
        loop.queued(encoded.delivery.size());
        queue.add(encoded);
        markReady();
    }

    @Override
    public RoomId room() {
        return room;
    }

    /** {@inheritDoc} A member that joins now starts there. */
    @Override
    public StreamPosition position() {
        return position;
    }

    void add(Membership membership) {
        membership.index = memberships.size();
        memberships.add(membership);
        watchers += membership.watchesPresence() ? 1 : 0;
    }

    void remove(Membership membership) {
        Membership last = memberships.remove(memberships.size() - 1);
        if (last != membership) {
            memberships.set(membership.index, last);
            last.index = membership.index;
        }
        watchers -= membership.watchesPresence() ? 1 : 0;
    }

    @Override
    public void watchersChanged(int by) {
        watchers += by;
    }

    boolean isEmpty() {
        return memberships.isEmpty();
    }

    /** Delivers what has queued, joining messages into one write, and queues this shard on the loop again if more is left. */
    @Override
    public void run() {
        ready.set(false);
        List<EncodedMessage> encodedMessages = new ArrayList<>();
        int bytes = 0;
        EncodedMessage encoded;
        while (encodedMessages.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES && (encoded = queue.poll()) != null) {
            bytes += encoded.delivery.size();
            encodedMessages.add(encoded);
        }
        try {
            hand(encodedMessages);
        } finally {
            // Also after a failure, or the backlog would never be empty again and the replica would refuse messages for good.
            loop.queued(-bytes);
            if (!queue.isEmpty()) {
                markReady();
            }
        }
    }

    private void hand(List<EncodedMessage> encodedMessages) {
        for (int from = 0; from < encodedMessages.size();) {
            Kind kind = Kind.of(encodedMessages.get(from));
            int to = from + 1;
            while (to < encodedMessages.size() && Kind.of(encodedMessages.get(to)) == kind) {
                to++;
            }
            hand(encodedMessages.subList(from, to), kind);
            from = to;
        }
    }

    private void hand(List<EncodedMessage> encodedMessages, Kind kind) {
        if (kind == Kind.PRESENCE && watchers == 0) {
            return;
        }
        WriteBatch batch = new WriteBatch(encodedMessages, kind == Kind.VOLATILE);
        try {
            // Backwards: a member whose connection breaks during delivery may remove itself, which moves the last member into its
            // index.
            for (int i = memberships.size() - 1; i >= 0; i--) {
                hand(batch, encodedMessages, kind, memberships.get(i));
            }
        } finally {
            batch.release();
        }
        if (kind == Kind.STREAM) {
            loop.countBatch();
            position = encodedMessages.get(encodedMessages.size() - 1).position();
        }
        if (kind != Kind.PRESENCE) {
            observe(encodedMessages);
        }
    }

    private static void hand(WriteBatch batch, List<EncodedMessage> encodedMessages, Kind kind, Membership membership) {
        if (kind == Kind.PRESENCE ? membership.watchesPresence() : membership.isLive()) {
            membership.hand(batch);
        } else if (kind == Kind.STREAM) {
            membership.hold(encodedMessages);
        }
    }

    private enum Kind {

        /** Messages and gaps: to all members, and held for those that are catching up. */
        STREAM,
        /** Volatile messages: to the members that are not catching up. */
        VOLATILE,
        /** Presence events: to the members that watch presence. */
        PRESENCE;

        static Kind of(EncodedMessage encoded) {
            if (encoded.hasPosition()) {
                return STREAM;
            }
            return encoded.delivery instanceof PresenceEvent ? PRESENCE : VOLATILE;
        }
    }

    private void observe(List<EncodedMessage> encodedMessages) {
        for (EncodedMessage encoded : encodedMessages) {
            if (encoded.delivery instanceof Message message) {
                observer.delivered(message, memberships.size());
            }
            if (encoded.passage != null) {
                int members = liveMembers(encoded.delivery);
                // Runs after the flushes of this turn: only then is the message written.
                loop.flushLater(() -> encoded.passage.written(members));
            }
        }
    }

    private int liveMembers(Delivery delivery) {
        int members = 0;
        for (Membership membership : memberships) {
            members += membership.isLive() && delivery.isFor(membership.member()) ? 1 : 0;
        }
        return members;
    }

    private void markReady() {
        if (ready.compareAndSet(false, true)) {
            loop.ready(this);
        }
    }
}
