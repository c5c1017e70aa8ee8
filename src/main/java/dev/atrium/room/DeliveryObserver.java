package dev.atrium.room;

/** Hears of each delivery, for the figures. Called on event loops, so it must be quick and must not throw. */
@FunctionalInterface
public interface DeliveryObserver {

    /**
     * A message was handed to the members of a room on one event loop.
     *
     * @param members how many there were
     */
    void delivered(Message message, int members);
}
