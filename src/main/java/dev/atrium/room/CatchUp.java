package dev.atrium.room;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Catch-up of one member from an earlier stream position to the position of its room: reads the missed messages from the
 * history, holds back the messages published meanwhile, and joins the two by offset. Used on the member's event loop only.
 */
final class CatchUp {

    private static final int PAGE = 500;

    /** Maximum number of deliveries, and their approximate bytes, handed to the member before its send queue has to drain. */
    private static final int MAX_AT_ONCE = 128;
    private static final int MAX_BYTES_AT_ONCE = 32 * 1024;

    /** Approximate bytes held back; beyond that the messages are dropped here and read from the history when they are due. */
    private static final int MAX_HELD_BYTES = 1 << 20;

    /** The same while all catch-ups of the event loop together hold back too much. */
    private static final int FEW_HELD_BYTES = 32 * 1024;

    private static final long FIRST_RETRY_MILLIS = 100;
    private static final long MAX_RETRY_MILLIS = 2_000;
    /** About an hour. */
    private static final int MAX_RETRIES = 1_800;

    private final ShardView shard;
    private final Member member;
    private final RoomSource source;
    private final Consumer<WriteBatch> handOver;
    private final Runnable caughtUp;
    /** Messages that the room published since this member was admitted. */
    private final ArrayDeque<EncodedMessage> held = new ArrayDeque<>();
    /** Deliveries that the member receives next. */
    private final ArrayDeque<EncodedMessage> due = new ArrayDeque<>();
    private int heldBytes;
    private boolean overflowed;
    private boolean following;
    private boolean busy;
    private boolean ended;
    /** Reads that have failed since the last one that did not. */
    private int failures;
    private final Runnable turn = this::read;
    /** Where this catch-up has its turn, or waits for it; null for neither. */
    private CatchUpTurns turns;
    private StreamPosition position;
    /** Position of the last message that was held back; the shard's own is behind it while it hands that message over. */
    private StreamPosition lastHeld;

    /**
     * Starts at the current position of the room's shard.
     *
     * @param handOver receives each batch for the member, during the call only
     * @param caughtUp called once the member has received everything up to the shard's position
     */
    CatchUp(ShardView shard, Member member, RoomSource source, Consumer<WriteBatch> handOver, Runnable caughtUp) {
        this.shard = shard;
        this.member = member;
        this.source = source;
        this.handOver = handOver;
        this.caughtUp = caughtUp;
        this.position = shard.position();
    }

    /** Returns the position up to which the member has received the messages, or had them before it joined. */
    StreamPosition position() {
        return position;
    }

    /** Resumes from an earlier position if the history reaches back that far without a gap. Returns whether it does. */
    Uni<Boolean> resume(StreamPosition since) {
        // One message tells whether the history reaches back. The others are read when it is their turn.
        return source.history(shard.room(), HistoryQuery.after(since.offset(), 1))
                .emitOn(member.loop()::run)
                .map(history -> {
                    boolean recovered = history.continues(since);
                    if (recovered) {
                        position = history.head().epoch().isEmpty() ? since
                                : new StreamPosition(history.head().epoch(), since.offset());
                    }
                    return recovered;
                });
    }

    /** Starts delivery: the client has been sent its position, so every later message may follow. */
    void follow() {
        following = true;
        next();
    }

    /** Ends delivery: the member has left the room. */
    void end() {
        ended = true;
        dropHeld();
        endTurn();
    }

    private void endTurn() {
        if (turns != null) {
            turns.leave(turn, member.loop());
            turns = null;
        }
    }

    /** Holds back messages that the room has just published, and delivers them once they are due. */
    void hold(List<EncodedMessage> encodedMessages) {
        for (EncodedMessage encoded : encodedMessages) {
            count(encoded.delivery.size());
            held.add(encoded);
            lastHeld = encoded.position();
        }
        if (holdsTooMuch()) {
            dropHeld();
            overflowed = true;
        }
        if (following) {
            next();
        }
    }

    /** A room that waits for its turn reads them then, with those that are missing: a member can have a thousand such rooms. */
    private boolean holdsTooMuch() {
        return heldBytes > MAX_HELD_BYTES || turns != null && turns.isWaiting(turn)
                || heldBytes > FEW_HELD_BYTES && member.loop().holdsTooMuch();
    }

    private void count(int bytes) {
        heldBytes += bytes;
        member.loop().held(bytes);
    }

    private void dropHeld() {
        held.clear();
        count(-heldBytes);
    }

    private void next() {
        if (busy || ended) {
            return;
        }
        if (!due.isEmpty()) {
            handWhenDrained();
            return;
        }
        endTurn();
        dropPast();
        EncodedMessage first = held.peek();
        if (isMissing(first)) {
            awaitTurn();
        } else if (first != null) {
            takeDue();
            handWhenDrained();
        } else if (!isAhead()) {
            caughtUp.run();
        }
    }

    /** Takes one batch of what was held back: the rest stays counted, and is dropped if it becomes too much. */
    private void takeDue() {
        int bytes = 0;
        while (!held.isEmpty() && due.size() < MAX_AT_ONCE && bytes < MAX_BYTES_AT_ONCE) {
            EncodedMessage encoded = held.poll();
            bytes += encoded.delivery.size();
            count(-encoded.delivery.size());
            due.add(encoded);
        }
    }

    /** Hands over one batch of the due deliveries once the member's send queue has drained, and then the next one. */
    private void handWhenDrained() {
        busy = true;
        member.whenDrained(() -> {
            busy = false;
            if (!ended) {
                hand();
                next();
            }
        });
    }

    private void hand() {
        List<EncodedMessage> some = new ArrayList<>();
        int bytes = 0;
        while (!due.isEmpty() && some.size() < MAX_AT_ONCE && bytes < MAX_BYTES_AT_ONCE) {
            EncodedMessage encoded = due.poll();
            bytes += encoded.delivery.size();
            some.add(encoded);
            position = encoded.position();
        }
        WriteBatch batch = new WriteBatch(some);
        handOver.accept(batch);
        batch.release();
    }

    private void awaitTurn() {
        if (ended) {
            return;
        }
        busy = true;
        turns = member.catchUpTurns();
        turns.take(turn);
    }

    private void read() {
        overflowed = false;
        source.history(shard.room(), HistoryQuery.after(position.offset(), PAGE))
                .emitOn(member.loop()::run)
                .subscribe().with(this::read, this::retry);
    }

    private void read(History history) {
        failures = 0;
        busy = false;
        if (history.continues(position)) {
            history.messages().forEach(message -> due.add(new EncodedMessage(message)));
        } else {
            lose();
        }
        next();
    }

    /** Another room of the member has its turn meanwhile: it may have a history that can be read. */
    private void retry(Throwable failure) {
        endTurn();
        if (failures++ == MAX_RETRIES) {
            failures = 0;
            busy = false;
            lose();
            next();
        } else if (!ended) {
            long pause = Math.min(MAX_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(failures - 1, 10));
            Uni.createFrom().voidItem().onItem().delayIt().by(Duration.ofMillis(pause)).emitOn(member.loop()::run)
                    .subscribe().with(due -> awaitTurn(), lost -> awaitTurn());
        }
    }

    /** Reports a gap: the history lacks the missing messages, and the member resumes at the room's current position. */
    private void lose() {
        dropHeld();
        due.add(new EncodedMessage(new HistoryGap(shard.room(), shard.position())));
    }

    /** Drops held messages that were also read from the history, so that the member does not receive them twice. */
    private void dropPast() {
        while (!held.isEmpty() && isPast(held.peek())) {
            count(-held.poll().delivery.size());
        }
    }

    private boolean isPast(EncodedMessage encoded) {
        StreamPosition other = encoded.position();
        // A gap to an earlier offset is news for a member that has messages which the new epoch does not have.
        boolean isKnown = encoded.delivery instanceof HistoryGap ? position.isIn(other.epoch())
                : other.isIn(position.epoch());
        return isKnown && other.offset() <= position.offset();
    }

    /** Returns whether messages are missing between this member's position and the next held one (or the room's position). */
    private boolean isMissing(EncodedMessage first) {
        if (overflowed || first != null && first.delivery instanceof HistoryGap) {
            return overflowed;
        }
        // In an epoch that does not continue this one, the room has delivered, or is about to deliver, a HistoryGap for the lost
        // history: nothing to read.
        StreamPosition next = first == null ? shard.position() : first.position();
        long reached = first == null ? next.offset() : next.offset() - 1;
        return reached > position.offset() && position.isIn(next.epoch());
    }

    /** Returns whether the history read has passed the room's shard, whose next messages must not be delivered again. */
    private boolean isAhead() {
        return isBehind(shard.position()) && (lastHeld == null || isBehind(lastHeld));
    }

    private boolean isBehind(StreamPosition reached) {
        return reached.offset() < position.offset() && reached.isIn(position.epoch());
    }
}
