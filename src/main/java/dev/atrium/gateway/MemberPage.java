package dev.atrium.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.atrium.room.Presence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Page of the members of a room, in the order in which they joined.
 *
 * @param next cursor of the next page; null after the last one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MemberPage<T>(List<T> members, String next) implements JsonAnswer {

    /** Maximum number of members of one page, and the default. */
    public static final int MOST = 1_000;

    /**
     * A user in a room, with all sessions of the user.
     *
     * @param user the name; null for a session without one
     * @param since when the first of the sessions joined, epoch milliseconds
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record User(String user, long since, List<String> sessions) {
    }

    static MemberPage<Presence> ofSessions(List<Presence> all, String cursor, int limit) {
        return page(all, cursor, limit, presence -> presence.since() + "." + presence.who().id());
    }

    /** The page of users after a cursor. A session without a user is an entry of its own. */
    static MemberPage<User> ofUsers(List<Presence> all, String cursor, int limit) {
        Map<String, User> users = new LinkedHashMap<>();
        for (Presence presence : all) {
            String id = presence.who().id();
            String user = presence.who().user();
            users.computeIfAbsent(user == null ? "~" + id : "u" + user,
                    first -> new User(user, presence.since(), new ArrayList<>(1))).sessions().add(id);
        }
        return page(List.copyOf(users.values()), cursor, limit, user -> user.since() + "." + user.sessions().get(0));
    }

    private static <T> MemberPage<T> page(List<T> all, String cursor, int limit, Function<T, String> cursorOf) {
        int from = cursor == null ? 0 : after(all, cursor, cursorOf);
        int to = Math.min(all.size(), from + limit);
        return new MemberPage<>(all.subList(from, to), to == all.size() ? null : cursorOf.apply(all.get(to - 1)));
    }

    /** Index of the first member after a cursor, by value: members that have left must not make others be skipped. */
    private static <T> int after(List<T> all, String cursor, Function<T, String> cursorOf) {
        int dot = cursor.indexOf('.');
        long since;
        try {
            since = Long.parseLong(cursor.substring(0, Math.max(0, dot)));
        } catch (NumberFormatException e) {
            throw ErrorReply.badRequest("cursor: expected the next of the page before");
        }
        for (int i = 0; i < all.size(); i++) {
            String other = cursorOf.apply(all.get(i));
            long otherSince = Long.parseLong(other.substring(0, other.indexOf('.')));
            if (otherSince > since || otherSince == since && other.compareTo(cursor) > 0) {
                return i;
            }
        }
        return all.size();
    }
}
