package dev.atrium.room;

import java.util.Set;

/**
 * Filter on the members of a room that receive a message: members that are in at least one of {@code rooms} and in none of
 * {@code except}. A member receives the message once, however many of the rooms it is in.
 *
 * @param rooms names of rooms in the message's namespace; empty for every member
 * @param except names of rooms whose members are left out; may be empty
 */
public record Audience(Set<String> rooms, Set<String> except) {

    public Audience {
        rooms = Set.copyOf(rooms);
        except = Set.copyOf(except);
    }

    /** Returns the filter that one session passes, by its own room. */
    public static Audience ofSession(String id) {
        return new Audience(Set.of(id), Set.of());
    }

    /** Returns whether the session receives the message. Called on the session's event loop. */
    public boolean includes(Recipient recipient) {
        return (rooms.isEmpty() || rooms.stream().anyMatch(recipient::isIn)) && except.stream().noneMatch(recipient::isIn);
    }
}
