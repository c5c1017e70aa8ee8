package dev.atrium.backplane;

import java.util.List;
import java.util.Map;

/**
 * Status of the backplane, for health checks and metrics.
 *
 * @param kind {@code memory} or {@code redis}
 * @param problems what does not work, with the reason: the code of Redis's reply such as OOM, {@value #UNREACHABLE}, or
 *        {@value #SILENT} where Redis replies but no message arrives
 * @param roundTripSeconds of the last probe, from its publication to its receipt
 * @param errors commands that failed, since the start
 * @param reconnects connections made again, since the start
 * @param healed messages read from a room's log because the subscription had missed them, since the start
 * @param lost messages that the log no longer had, since the start
 * @param busy whether a publication or another command has no reply so far
 */
public record BackplaneStatus(String kind, State state, String detail, Map<Function, String> problems,
        double roundTripSeconds, long errors, long reconnects, long healed, long lost, boolean busy) {

    /** Reason: no connection. */
    public static final String UNREACHABLE = "unreachable";

    /** Reason: nothing arrives over the subscription. */
    public static final String SILENT = "silent";

    /** Reason: a reply of Redis that is not among {@link #REASONS}. */
    public static final String OTHER = "other";

    public static final List<String> REASONS = List.of(UNREACHABLE, SILENT, "READONLY", "OOM", "NOREPLICAS", "MISCONF",
            "LOADING", "BUSY", "MASTERDOWN", "MOVED", "CLUSTERDOWN", "NOPERM", "NOAUTH", "WRONGPASS", OTHER);

    /** What a replica needs the backplane for. */
    public enum Function {

        PUBLISH("publications"),
        RECEIVE("subscriptions"),
        /** Renewing the lease by which the other replicas know that this one is alive. */
        LEASE("the lease of this replica");

        private final String what;

        Function(String what) {
            this.what = what;
        }

        /** Returns what fails, for a sentence. */
        public String what() {
            return what;
        }
    }

    /** State of the backplane; decides whether new connections should go to other replicas. */
    public enum State {

        /** This replica can publish and receives what is published. */
        RECEIVING("hearing"),
        /** Nothing received since the start. */
        NEW("new"),
        /** Redis replies to commands, but refuses writes: it does so to all replicas, most likely. */
        REFUSED("refused"),
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

    public boolean isReceiving() {
        return state == State.RECEIVING;
    }
}
