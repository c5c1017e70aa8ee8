package dev.atrium.room;

/**
 * Marker of lost messages in a room: messages were lost and can no longer be read, so the receiver's copy has a gap.
 *
 * @param position the messages that follow are those after it; in a new epoch if the whole history was lost
 */
public record HistoryGap(RoomId room, StreamPosition position) implements Delivery {

    @Override
    public int size() {
        return 100;
    }

    @Override
    public boolean isForAll() {
        return true;
    }

    @Override
    public boolean isFor(Recipient recipient) {
        return true;
    }
}
