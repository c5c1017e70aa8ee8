package dev.atrium.room;

/** One who can be in rooms: a session. Its methods are called on its own event loop, but {@link #id} and {@link #loop}. */
public interface Member {

    /** Unique in the cluster. */
    String id();

    /** The event loop on which this member is touched. */
    DeliveryLoop loop();

    /** Whether it is in the room of that name in its namespace. */
    boolean isIn(String room);

    /** Hands over what a room has for this member. Must not block, and must not throw. */
    void receive(WriteBatch batch);

    /** Runs the task in a later turn of this member's loop: when little waits to be sent to it. Never, if it has gone. */
    void whenDrained(Runnable task);
}
