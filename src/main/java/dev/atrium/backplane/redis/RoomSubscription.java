package dev.atrium.backplane.redis;

import dev.atrium.room.Message;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import java.util.ArrayDeque;
import org.jboss.logging.Logger;

/**
 * State machine of one room's subscription: turns what Redis publishes into a stream without gap or repeat. A skipped offset,
 * or a new connection, makes it read the missing range from the room's log before it continues; messages published meanwhile
 * are held back.
 */
final class RoomSubscription {

    private static final Logger LOG = Logger.getLogger(RoomSubscription.class);

    /** Most messages, and bytes of them, held back while the log is read; beyond that they are read from the log, too. */
    private static final int MAX_HELD = 4_096;
    private static final long MAX_HELD_BYTES = 256 * 1024;

    /**
     * Reads of the log for a subscription. Results come back to {@link #head}, {@link #page} or {@link #failed} with the number
     * of the read; results of a superseded read are ignored.
     */
    interface Reader {
        void readHead(RoomSubscription subscription, int number);

        void readAfter(RoomSubscription subscription, int number, StreamPosition position);

        void healed(int messages);

        void lost(long messages);
    }

    private enum State {
        /** Redis has not confirmed the subscription on the present connection. */
        UNCONFIRMED,
        /** The log is being read. */
        READING,
        /** Messages are passed on as they arrive. */
        LIVE
    }

    final RoomId room;
    final Subscriber subscriber;
    private final Reader reader;
    private final ArrayDeque<Message> held = new ArrayDeque<>();
    private State state = State.UNCONFIRMED;
    private long heldBytes;
    private boolean overflowed;
    private StreamPosition position;
    private int awaited;

    RoomSubscription(RoomId room, Subscriber subscriber, Reader reader) {
        this.room = room;
        this.subscriber = subscriber;
        this.reader = reader;
    }

    /** Starts a subscription of a room that is known to be new: live at once, without a request to Redis. */
    void startAt(StreamPosition start) {
        position = start;
        state = State.LIVE;
        subscriber.subscribed(start);
    }

    /** Returns whether the room has a stream position that would be lost with its key. */
    boolean hasMessages() {
        return position != null && position.offset() > 0;
    }

    boolean isStarted() {
        return position != null;
    }

    /** Called when Redis has confirmed the subscription: later messages arrive by it, earlier ones are read from the log. */
    void confirmed() {
        if (position == null) {
            state = State.READING;
            reader.readHead(this, ++awaited);
        } else {
            read();
        }
    }

    /** Called when the connection broke or the subscription ended: results of pending reads are ignored. */
    void unconfirmed() {
        state = State.UNCONFIRMED;
        awaited++;
    }

    private void read() {
        state = State.READING;
        reader.readAfter(this, ++awaited, position);
    }

    void received(PresenceEvent event) {
        if (position != null) {
            subscriber.presenceEvent(event);
        }
    }

    void received(Message message) {
        if (message.isVolatile()) {
            if (position != null) {
                subscriber.volatileMessage(message);
            }
        } else if (state != State.LIVE) {
            hold(message);
        } else if (isNext(message)) {
            deliver(message);
        } else if (startsNewEpoch(message)) {
            startEpoch(message.epoch());
            deliver(message);
        } else if (!isDelivered(message)) {
            hold(message);
            read();
        }
    }

    /** Returns whether the result of that read is still wanted. */
    boolean isAwaited(int number) {
        return number == awaited;
    }

    void head(int number, StreamPosition head) {
        if (number != awaited) {
            return;
        }
        position = head;
        subscriber.subscribed(head);
        deliverHeld();
    }

    void page(int number, RoomLog.Page page) {
        if (number != awaited) {
            return;
        }
        if (!page.head().epoch().equals(position.epoch())) {
            changeEpoch(page.head());
            if (page.messages().isEmpty() && position.offset() < page.head().offset()) {
                read();
                return;
            }
        }
        int delivered = 0;
        for (Message message : page.messages()) {
            if (!isDelivered(message)) {
                skipTo(message.offset() - 1);
                deliver(message);
                delivered++;
            }
        }
        reader.healed(delivered);
        if (delivered > 0 && position.offset() < page.head().offset()) {
            read();
            return;
        }
        Message next = held.peek();
        boolean nextIsHeld = next != null && next.epoch().equals(position.epoch()) && !isDelivered(next);
        skipTo(nextIsHeld ? Math.min(next.offset() - 1, page.head().offset()) : page.head().offset());
        deliverHeld();
    }

    /** @return whether to retry: a subscription that has not started fails, one that has started retries for ever */
    boolean failed(int number, Throwable cause) {
        if (number != awaited) {
            return false;
        }
        if (position == null) {
            subscriber.unavailable(cause);
            return false;
        }
        return true;
    }

    private void deliverHeld() {
        state = State.LIVE;
        boolean readAgain = overflowed;
        overflowed = false;
        while (!held.isEmpty()) {
            Message message = held.peek();
            if (isNext(message)) {
                deliver(unheld());
            } else if (isDelivered(message)) {
                unheld();
            } else if (!message.epoch().equals(position.epoch())) {
                // Of a lost history, or of a newer one than what was read: the log has the answer.
                unheld();
                readAgain = true;
            } else {
                readAgain = true;
                break;
            }
        }
        if (readAgain) {
            read();
        }
    }

    private void hold(Message message) {
        if (held.size() == MAX_HELD || heldBytes > MAX_HELD_BYTES) {
            held.clear();
            heldBytes = 0;
            overflowed = true;
        }
        held.add(message);
        heldBytes += message.size();
    }

    private Message unheld() {
        Message message = held.poll();
        heldBytes -= message.size();
        return message;
    }

    private void skipTo(long offset) {
        if (offset > position.offset()) {
            reader.lost(offset - position.offset());
            position = new StreamPosition(position.epoch(), offset);
            subscriber.lost(position);
        }
    }

    /** Continues in another epoch after what the two share, and reports a loss if that is not all that was delivered. */
    private void changeEpoch(StreamPosition head) {
        long shared = Math.min(Math.max(0, position.sharedWith(head.epoch())), head.offset());
        boolean lost = shared < position.offset();
        position = new StreamPosition(head.epoch(), shared);
        if (lost) {
            LOG.info("Redis has lost messages of a room; the room continues with a new epoch");
            subscriber.lost(position);
        }
    }

    /** Starts at the new epoch; reports a loss unless nothing had been published in the old one. */
    private void startEpoch(String epoch) {
        boolean lost = position.offset() > 0;
        position = new StreamPosition(epoch, 0);
        if (lost) {
            subscriber.lost(position);
        }
    }

    private void deliver(Message message) {
        position = message.position();
        subscriber.message(message);
    }

    private boolean isNext(Message message) {
        return message.offset() == position.offset() + 1 && position.isIn(message.epoch());
    }

    /** Returns whether this is the first message of a new history, with nothing before it that could be read. */
    private boolean startsNewEpoch(Message message) {
        return message.offset() == 1 && !message.epoch().equals(position.epoch());
    }

    private boolean isDelivered(Message message) {
        return message.offset() <= position.offset() && message.position().isIn(position.epoch());
    }
}
