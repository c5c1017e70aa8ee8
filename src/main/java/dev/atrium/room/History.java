package dev.atrium.room;

import java.util.List;

/**
 * Part of what was said in a room.
 *
 * @param head the room's last position when this was read; its epoch is empty if nothing was ever said there
 * @param messages in their order
 */
public record History(StreamPosition head, List<Message> messages) {

    /** Whether someone who has everything up to that position, and is then told these messages, has missed nothing. */
    public boolean continues(StreamPosition position) {
        boolean sameHistory = head.epoch().equals(position.epoch()) || position.epoch().isEmpty();
        if (!sameHistory || position.offset() > head.offset()) {
            return false;
        }
        return messages.isEmpty() ? position.offset() == head.offset()
                : messages.get(0).offset() == position.offset() + 1;
    }
}
