package dev.atrium.room;

import java.util.Set;

/**
 * Which members of a room are handed a message: those that are in one of some rooms, and in none of some others. Each is handed
 * it once, in however many of the rooms it is.
 *
 * @param rooms empty for everyone
 * @param except may be empty
 */
public record Audience(Set<String> rooms, Set<String> except) {

    public Audience {
        rooms = Set.copyOf(rooms);
        except = Set.copyOf(except);
    }

    /** On the member's event loop. */
    public boolean includes(Member member) {
        return (rooms.isEmpty() || rooms.stream().anyMatch(member::isIn)) && except.stream().noneMatch(member::isIn);
    }
}
