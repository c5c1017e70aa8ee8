package dev.atrium.gateway;

import dev.atrium.room.Message;
import dev.atrium.room.StreamPosition;

/**
 * Last message that a client received, as one string: the {@code offset} of Socket.IO's connection state recovery. Its time
 * gives the client's stream positions in its other rooms.
 *
 * @param room name of the message's room, empty for the whole namespace
 * @param position of the message in that room
 * @param atMicros when the backplane accepted the message, epoch microseconds
 */
public record RecoveryOffset(String room, StreamPosition position, long atMicros) {

    private static final int PARTS = 4;

    public static RecoveryOffset of(Message message) {
        return new RecoveryOffset(message.room().name(), message.position(), message.atMicros());
    }

    /** Parses the format of {@link #toString}; null for anything else. */
    public static RecoveryOffset parse(String word) {
        String[] parts = word.split("\\.", PARTS);
        if (parts.length != PARTS) {
            return null;
        }
        try {
            return new RecoveryOffset(parts[3], new StreamPosition(parts[1], Long.parseLong(parts[2])),
                    Long.parseLong(parts[0]));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return atMicros + "." + position.epoch() + "." + position.offset() + "." + room;
    }
}
