package dev.atrium.room;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings one member from the place that it was at to the one that its room is at: what it missed is read from the history
 * while what is said meanwhile waits, and the two are joined by their offsets. On the member's event loop only.
 */
final class CatchUp {

    /** Messages read at once. */
    private static final int PAGE = 500;

    /** Deliveries, and about the bytes of them, that are handed over before the member has to have taken them. */
    private static final int MOST_AT_ONCE = 128;
    private static final int MOST_BYTES_AT_ONCE = 32 * 1024;

    /** About the bytes that wait; what is more is read from the history when its turn comes. */
    private static final int MOST_HELD_BYTES = 1 << 20;

    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(2);
    private static final long RETRY_FOR_MILLIS = Duration.ofHours(1).toMillis();

    private final Membership membership;
    private final RoomSource source;
    /** What the room said since this member was admitted. */
    private final ArrayDeque<EncodedMessage> held = new ArrayDeque<>();
    /** What the member is handed next. */
    private final ArrayDeque<EncodedMessage> due = new ArrayDeque<>();
    private int heldBytes;
    private boolean overflowed;
    private boolean following;
    private boolean busy;
    private boolean recovered;
    private StreamPosition position;

    /** From where the room is. */
    CatchUp(Membership membership, RoomSource source) {
        this.membership = membership;
        this.source = source;
        this.position = membership.share().position();
    }

    /** Up to where the member has been handed messages, or knows them from before. */
    StreamPosition position() {
        return position;
    }

    /** Whether the member goes on from where it was. */
    boolean isRecovered() {
        return recovered;
    }

    /** Goes on from an earlier place, if the history reaches back that far without a gap. */
    Uni<Void> resume(StreamPosition since) {
        return source.history(membership.room(), HistoryQuery.after(since.offset(), PAGE))
                .emitOn(membership.member().loop()::run)
                .invoke(history -> {
                    if (history.continues(since)) {
                        recovered = true;
                        position = history.head().epoch().isEmpty() ? since
                                : new StreamPosition(history.head().epoch(), since.offset());
                        take(history);
                    }
                })
                .replaceWithVoid();
    }

    /** The member has been told its place: everything after it follows from now on. */
    void follow() {
        following = true;
        next();
    }

    /** Something was said in the room. */
    void hold(List<EncodedMessage> parcels) {
        for (EncodedMessage parcel : parcels) {
            heldBytes += parcel.delivery.size();
            held.add(parcel);
        }
        if (heldBytes > MOST_HELD_BYTES) {
            held.clear();
            heldBytes = 0;
            overflowed = true;
        }
        if (following) {
            next();
        }
    }

    private void next() {
        if (busy || membership.isEnded()) {
            return;
        }
        if (!due.isEmpty()) {
            hand();
            return;
        }
        dropPast();
        Delivery first = held.isEmpty() ? null : held.peek().delivery;
        if (isMissing(first)) {
            read();
        } else if (first != null) {
            due.addAll(held);
            held.clear();
            heldBytes = 0;
            hand();
        } else if (!isAhead()) {
            membership.caughtUp();
        }
    }

    /** Hands over some of what is due, and the rest when the member has taken that. */
    private void hand() {
        List<EncodedMessage> some = new ArrayList<>();
        int bytes = 0;
        while (!due.isEmpty() && some.size() < MOST_AT_ONCE && bytes < MOST_BYTES_AT_ONCE) {
            EncodedMessage parcel = due.poll();
            bytes += parcel.delivery.size();
            some.add(parcel);
            position = RoomShard.positionOf(parcel.delivery);
        }
        membership.hand(some);
        busy = true;
        membership.member().whenDrained(() -> {
            busy = false;
            next();
        });
    }

    private void read() {
        busy = true;
        overflowed = false;
        source.history(membership.room(), HistoryQuery.after(position.offset(), PAGE))
                .onFailure(failure -> !membership.isEnded())
                .retry().withBackOff(FIRST_RETRY, LONGEST_RETRY).expireIn(RETRY_FOR_MILLIS)
                .emitOn(membership.member().loop()::run)
                .subscribe().with(history -> {
                    busy = false;
                    if (history.continues(position)) {
                        take(history);
                    } else {
                        lose();
                    }
                    next();
                }, failure -> membership.member().loop().run(() -> {
                    busy = false;
                    lose();
                    next();
                }));
    }

    private void take(History history) {
        for (Message message : history.messages()) {
            due.add(new EncodedMessage(message));
        }
    }

    /** What is missing cannot be had: the member is told so, and goes on from where the room is. */
    private void lose() {
        held.clear();
        heldBytes = 0;
        due.add(new EncodedMessage(new HistoryGap(membership.room(), membership.share().position())));
    }

    /** What was read from the history need not be said again. */
    private void dropPast() {
        while (!held.isEmpty() && isPast(RoomShard.positionOf(held.peek().delivery))) {
            heldBytes -= held.poll().delivery.size();
        }
    }

    private boolean isPast(StreamPosition other) {
        return other.epoch().equals(position.epoch()) && other.offset() <= position.offset();
    }

    /** Whether something lies between this member's place and what the room says next. */
    private boolean isMissing(Delivery first) {
        if (overflowed || first instanceof HistoryGap) {
            return overflowed;
        }
        // Of another epoch: the room has said, or is about to say, that what was before it is lost.
        StreamPosition next = first == null ? membership.share().position() : RoomShard.positionOf(first);
        long reached = first == null ? next.offset() : next.offset() - 1;
        return next.epoch().equals(position.epoch()) && reached > position.offset();
    }

    /** Whether this member knows more than this replica's room has said yet, which it must not be told again. */
    private boolean isAhead() {
        StreamPosition reached = membership.share().position();
        return reached.epoch().equals(position.epoch()) && reached.offset() < position.offset();
    }
}
