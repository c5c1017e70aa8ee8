package dev.atrium.room;

/** Observer of deliveries, for metrics. Called on event loops: implementations must be quick and must not throw. */
@FunctionalInterface
public interface DeliveryObserver {

    /**
     * Called when a message was handed to the members of a room on one event loop.
     *
     * @param members number of the room's members on that event loop
     */
    void delivered(Message message, int members);
}
