package dev.atrium.room;

/**
 * Result of a publication that the backplane has accepted.
 *
 * @param atMicros when it was accepted, in microseconds since 1970
 */
public record PublishResult(StreamPosition position, long atMicros) {
}
