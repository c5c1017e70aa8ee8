package dev.atrium.room;

import io.smallrye.mutiny.Uni;

/** Source of the message streams of rooms. Calls for one room must not overlap. */
public interface RoomSource {

    /** Starts to deliver a room's stream to the subscriber. Returns at once. */
    void subscribe(RoomId room, Subscriber subscriber);

    /** Ends the subscription of a room. Returns at once. */
    void unsubscribe(RoomId room);

    /** Reads a page of a room's history. Any thread; the {@code Uni} completes on any thread. */
    Uni<History> history(RoomId room, HistoryQuery query);
}
