package dev.atrium.room;

/** A session as the sender of a message addresses it: by its id, or by the rooms that it is in. */
public interface Recipient {

    /** Returns the session's id, unique in the cluster. Any thread. */
    String id();

    /** Returns whether the session is in the room of that name in its namespace. On its event loop. */
    boolean isIn(String room);
}
