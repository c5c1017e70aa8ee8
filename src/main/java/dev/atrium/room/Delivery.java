package dev.atrium.room;

/** Something that a room hands to its members, in one order on every replica. */
public sealed interface Delivery permits Message, PresenceEvent, HistoryGap {

    /** Bytes held in memory, about; what bounded queues count. */
    int size();

    /** Whether every member of the room is handed this. */
    boolean isForAll();

    /** Whether that member is handed this. On the member's event loop. */
    boolean isFor(Member member);
}
