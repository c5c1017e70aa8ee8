package dev.atrium.room;

/** Follows single messages over this replica, for traces. Called on hot paths, so it must be quick and must not throw. */
@FunctionalInterface
public interface DeliveryTracer {

    /**
     * A message that has a {@link Message#traceparent} has come from the backplane. Any thread.
     *
     * @param loops event loops with members that it goes to, at least one
     * @return what hears of each of them, or null if nobody wants to know
     */
    Passage arrived(Message message, int loops);

    /** One message on its way to the members on this replica. */
    @FunctionalInterface
    interface Passage {

        /**
         * One event loop has written it. On that loop; once for each.
         *
         * @param members that it was written to
         */
        void written(int members);
    }
}
