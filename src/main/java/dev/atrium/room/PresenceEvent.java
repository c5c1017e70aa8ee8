package dev.atrium.room;

/**
 * Somebody came or went. Shown to the members that asked for presence; it has no offset and is not kept.
 *
 * @param room where
 * @param change came or went
 * @param who the session
 */
public record PresenceEvent(RoomId room, Change change, Sender who) implements Delivery {

    /** What happened. */
    public enum Change {
        /** A session became a member. */
        JOINED,
        /** A session is no longer a member. */
        LEFT
    }

    @Override
    public int size() {
        return 100;
    }

    @Override
    public boolean isForAll() {
        return false;
    }

    @Override
    public boolean isFor(Member member) {
        return !member.id().equals(who.id());
    }
}
