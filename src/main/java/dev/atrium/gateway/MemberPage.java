package dev.atrium.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.atrium.room.Presence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Some of those who are in a room, the longest there first.
 *
 * @param members of this page
 * @param next where the next page begins; null after the last one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MemberPage<T>(List<T> members, String next) {

    /** Members of one page, unless asked for fewer. */
    public static final int MOST = 1_000;

    /**
     * One user in a room, with all sessions.
     *
     * @param user the name; null for a session that has none
     * @param since when the first of the sessions joined, in milliseconds since 1970
     * @param sessions their ids
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record User(String user, long since, List<String> sessions) {
    }

    /** The sessions after a cursor. */
    static MemberPage<Presence> ofSessions(List<Presence> all, String cursor, int limit) {
        return page(all, cursor, limit, presence -> presence.since() + "." + presence.who().id());
    }

    /** The users after a cursor. Sessions without a user are told apart. */
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

    private static <T> MemberPage<T> page(List<T> all, String cursor, int limit, Function<T, String> place) {
        int from = cursor == null ? 0 : after(all, cursor, place);
        int to = Math.min(all.size(), from + limit);
        return new MemberPage<>(all.subList(from, to), to == all.size() ? null : place.apply(all.get(to - 1)));
    }

    /** By value, not by position: members that have gone meanwhile must not make others be passed over. */
    private static <T> int after(List<T> all, String cursor, Function<T, String> place) {
        int dot = cursor.indexOf('.');
        long since;
        try {
            since = Long.parseLong(cursor.substring(0, Math.max(0, dot)));
        } catch (NumberFormatException e) {
            throw ErrorReply.badRequest("cursor: expected the next of the page before");
        }
        for (int i = 0; i < all.size(); i++) {
            String other = place.apply(all.get(i));
            long otherSince = Long.parseLong(other.substring(0, other.indexOf('.')));
            if (otherSince > since || otherSince == since && other.compareTo(cursor) > 0) {
                return i;
            }
        }
        return all.size();
    }
}
