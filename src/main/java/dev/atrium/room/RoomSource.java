package dev.atrium.room;

/** Where rooms get their messages from. Calls for one room do not overlap. */
public interface RoomSource {

    /** Begins to tell the subscriber about a room. Returns at once. */
    void subscribe(RoomId room, Subscriber subscriber);

    /** Stops telling about a room. Returns at once. */
    void unsubscribe(RoomId room);
}
