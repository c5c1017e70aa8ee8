package dev.atrium.room;

/**
 * Result of a publication that the backplane has accepted.
 *
 * @param position its stream position in the room
 * @param atMicros when it was accepted, in microseconds since 1970
 */
public record PublishResult(StreamPosition position, long atMicros) {
}
