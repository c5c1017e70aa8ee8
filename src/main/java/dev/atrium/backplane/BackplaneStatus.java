package dev.atrium.backplane;

/**
 * How the backplane is.
 *
 * @param kind {@code memory} or {@code redis}
 * @param state what works
 * @param detail for a person
 * @param roundTripSeconds of the last probe, from publishing it to hearing it
 * @param errors commands that failed, since the start
 * @param reconnects connections made again, since the start
 * @param healed messages read from a room's log because the subscription had missed them, since the start
 * @param lost messages that the log no longer had, since the start
 * @param pending commands that were not answered yet
 */
public record BackplaneStatus(String kind, State state, String detail, double roundTripSeconds, long errors,
        long reconnects, long healed, long lost, int pending) {

    /** What works, and so whether newcomers are better off elsewhere. */
    public enum State {
        /** This replica can publish and hears what is published. */
        HEARING,
        /** Nothing was heard yet, since the start. */
        NEW,
        /** No answers, or only since a moment ago. Nobody can tell from here whether the others have any. */
        AWAY,
        /** Commands are answered, but what is published is not heard: this is this replica's own trouble. */
        DEAF
    }

    /** Whether this replica can publish and hears what is published. */
    public boolean hearing() {
        return state == State.HEARING;
    }
}
