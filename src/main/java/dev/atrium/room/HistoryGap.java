package dev.atrium.room;

/**
 * Messages of a room were lost, and cannot be had any more: whoever hears this knows that what it has is not whole.
 *
 * @param room where
 * @param position what follows are the messages after it; a new epoch if the whole history was lost
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
    public boolean isFor(Member member) {
        return true;
    }
}
