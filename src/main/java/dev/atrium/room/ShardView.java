package dev.atrium.room;

/** What a membership sees of its {@link RoomShard}. Used on the event loop of the shard only. */
interface ShardView {

    RoomId room();

    /** Returns the stream position up to which the loop has delivered the room. */
    StreamPosition position();

    /** Adds to the number of members that receive presence events; without one, the shard drops them unseen. */
    void watchersChanged(int by);
}
