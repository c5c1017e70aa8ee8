package dev.atrium.gateway;

import dev.atrium.room.Message;
import dev.atrium.room.StreamPosition;

/**
 * The last message that a client has heard, as one word for clients that remember no more than that: the {@code offset} of
 * Socket.IO's connection state recovery. Its time tells where the client was in its other rooms.
 *
 * @param room its name, empty for the whole namespace
 * @param position of the message in it
 * @param atMicros when the backplane took it
 */
public record RecoveryOffset(String room, StreamPosition position, long atMicros) {

    private static final int PARTS = 4;

    /** That of a message. */
    public static RecoveryOffset of(Message message) {
        return new RecoveryOffset(message.room().name(), message.position(), message.atMicros());
    }

    /** What {@link #toString} has written, or null for anything else. */
    public static RecoveryOffset parse(String word) {
        String[] parts = word.split("\\.", PARTS);
        if (parts.length != PARTS) {
            return null;
        }
        try {
            return new RecoveryOffset(parts[3], new StreamPosition(parts[1], Long.parseLong(parts[2])), Long.parseLong(parts[0]));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return atMicros + "." + position.epoch() + "." + position.offset() + "." + room;
    }
}
