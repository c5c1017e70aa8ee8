package dev.atrium.room;

/**
 * Presence event: a session joined or left a room. Delivered to members that asked for presence; has no offset and is not kept
 * in the history.
 */
public record PresenceEvent(RoomId room, Change change, Sender who) implements Delivery {

    public enum Change {
        JOINED,
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
    public boolean isFor(Recipient recipient) {
        return !recipient.id().equals(who.id());
    }
}
