package dev.atrium.backplane;

/**
 * Status of the backplane, for health checks and metrics.
 *
 * @param kind {@code memory} or {@code redis}
 * @param state what works
 * @param detail description for a person
 * @param roundTripSeconds of the last probe, from its publication to its receipt
 * @param errors commands that failed, since the start
 * @param reconnects connections made again, since the start
 * @param healed messages read from a room's log because the subscription had missed them, since the start
 * @param lost messages that the log no longer had, since the start
 * @param pending commands without a reply so far
 */
public record BackplaneStatus(String kind, State state, String detail, double roundTripSeconds, long errors,
        long reconnects, long healed, long lost, int pending) {

    /** State of the backplane; decides whether new connections should go to other replicas. */
    public enum State {

        /** This replica can publish and receives what is published. */
        RECEIVING("hearing"),
        /** Nothing received since the start. */
        NEW("new"),
        /** Redis does not reply, or only since a moment ago. This replica cannot tell whether others reach Redis. */
        UNREACHABLE("away"),
        /** Redis replies to commands, but published messages do not arrive: the fault is on this replica. */
        NOT_RECEIVING("deaf");

        private final String label;

        State(String label) {
            this.label = label;
        }

        /** Returns the name in the health check, on which the probes and scripts of operators may depend. */
        public String label() {
            return label;
        }
    }

    /** Returns whether this replica can publish and receives what is published. */
    public boolean isReceiving() {
        return state == State.RECEIVING;
    }
}
