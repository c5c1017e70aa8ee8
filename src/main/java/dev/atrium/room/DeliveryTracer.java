package dev.atrium.room;

/** Tracer of single messages through this replica. Called on hot paths: implementations must be quick and must not throw. */
@FunctionalInterface
public interface DeliveryTracer {

    /**
     * Called when a message with a {@link Message#traceparent} has arrived from the backplane. Any thread.
     *
     * @param loops number of event loops with members of the room, at least one
     * @return receives one call per event loop; null if the message is not traced
     */
    Passage arrived(Message message, int loops);

    /** Trace of one message on its way to the members on this replica. */
    @FunctionalInterface
    interface Passage {

        /**
         * Called once per event loop, on that loop, when the message has been written.
         *
         * @param members number of members that it was written to
         */
        void written(int members);
    }
}
