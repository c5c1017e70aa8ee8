package dev.atrium.room;

/** Member of rooms: a session, or a subscription without one. On its event loop, except {@link #id} and {@link #loop}. */
public interface Member extends Recipient {

    @Override
    default String id() {
        return "";
    }

    @Override
    default boolean isIn(String room) {
        return false;
    }

    /** Returns the event loop on which this member is used. */
    DeliveryLoop loop();

    /** Receives a room's deliveries; a slow member drops volatile ones. Must not block, and must not throw. */
    void receive(WriteBatch batch);

    /**
     * Reports that a delivery could not be handed to this member. It has missed something and must end, so that its client
     * learns of that; in a later turn, because the room must not lose members while it delivers.
     */
    void failed(RuntimeException failure);

    /**
     * Runs the task in a later turn of this member's loop, once few bytes wait in its send queue, if it has one. Never runs it
     * if the session has ended.
     */
    default void whenDrained(Runnable task) {
        loop().later(task);
    }

    /** Returns the turns of this member's catch-ups; a member of a single room needs none that last. */
    default CatchUpTurns catchUpTurns() {
        return new CatchUpTurns();
    }
}
