package dev.atrium.room;

/** An item that a room delivers to its members, in the same order on every replica. */
public sealed interface Delivery permits Message, PresenceEvent, HistoryGap {

    /** Returns the approximate number of bytes in memory, as counted by bounded queues. */
    int size();

    /** Returns whether every member of the room receives this. */
    boolean isForAll();

    /** Returns whether that member receives this. Called on the member's event loop. */
    boolean isFor(Recipient recipient);
}
