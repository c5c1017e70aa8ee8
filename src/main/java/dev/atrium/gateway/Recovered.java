package dev.atrium.gateway;

import dev.atrium.room.Message;
import java.util.List;

/**
 * Result of a recovery: the session continues as an earlier one, and no message is lost.
 *
 * @param resumed the resumed session; each membership begins where the missed messages end
 * @param missed messages that the session has not received, of all its rooms, ordered by time
 */
public record Recovered(Resumed resumed, List<Message> missed) {
}
