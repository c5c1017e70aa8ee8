package dev.atrium.room;

import io.smallrye.mutiny.Uni;

/** Where rooms get their messages from. Calls for one room do not overlap. */
public interface RoomSource {

    /** Begins to tell the subscriber about a room. Returns at once. */
    void subscribe(RoomId room, Subscriber subscriber);

    /** Stops telling about a room. Returns at once. */
    void unsubscribe(RoomId room);

    /** Reads a part of what the room keeps of what was said. Any thread; the {@code Uni} completes on any thread. */
    Uni<History> history(RoomId room, HistoryQuery query);
}
