package dev.atrium.room;

/** Something that a room hands to its members, in one order on every replica. */
public sealed interface Delivery permits Message, Notice, Gap {

    /** Bytes held in memory, about; what bounded queues count. */
    int size();

    /** The session that is not handed this, or null. */
    String keptFrom();
}
