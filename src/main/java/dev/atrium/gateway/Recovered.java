package dev.atrium.gateway;

import dev.atrium.room.Message;
import java.util.List;

/**
 * A session goes on as an earlier one, and nothing is lost.
 *
 * @param resumed where it is again; each membership begins where the missed messages end
 * @param missed what it has not heard of all its rooms, in the order of the times
 */
public record Recovered(Resumed resumed, List<Message> missed) {
}
