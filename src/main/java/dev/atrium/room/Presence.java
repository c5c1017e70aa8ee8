package dev.atrium.room;

import java.util.Comparator;

/**
 * Presence of one session in a room.
 *
 * @param since when it joined, in milliseconds since 1970
 */
public record Presence(Sender who, long since) {

    /** The order in which members are listed, the same on every backplane: pages are cut by it. */
    public static final Comparator<Presence> LONGEST_FIRST = Comparator.comparingLong(Presence::since)
            .thenComparing(each -> each.who().id());
}
