package dev.atrium.backplane;

/**
 * How the backplane is.
 *
 * @param kind {@code memory} or {@code redis}
 * @param hearing whether this replica can publish and hears what is published
 * @param detail for a person
 * @param roundTripSeconds of the last probe, from publishing it to hearing it
 * @param errors commands that failed, since the start
 * @param reconnects connections made again, since the start
 * @param healed messages read from a room's log because the subscription had missed them, since the start
 * @param lost messages that the log no longer had, since the start
 */
public record BackplaneStatus(String kind, boolean hearing, String detail, double roundTripSeconds, long errors,
        long reconnects, long healed, long lost) {
}
