package dev.atrium.room;

/**
 * The backplane has taken a message.
 *
 * @param position its place in the room
 * @param atMicros when, in microseconds since 1970
 */
public record PublishResult(StreamPosition position, long atMicros) {
}
