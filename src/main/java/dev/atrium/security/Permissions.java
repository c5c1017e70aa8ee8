package dev.atrium.security;

import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import dev.atrium.setting.Glob;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Set of grants: room patterns, each with the permissions that it grants; the permissions of all matching patterns add up. A
 * pattern is the name of a room in the namespace {@code /}, or a namespace, a space and the name of a room in it; {@code *}
 * stands for any text in either. The empty name is the whole namespace, which {@code *} matches, too. Immutable.
 */
public final class Permissions {

    public static final Permissions NONE = new Permissions(Map.of());

    private final Map<RoomId, Set<Permission>> exact = new HashMap<>();
    private final List<Grant> patterns = new ArrayList<>();

    /** Pattern with its permissions. A part that matches everything is null: it is the most common, and needs no matching. */
    private record Grant(Pattern namespace, Pattern room, Set<Permission> permissions) {

        boolean covers(String namespaceName) {
            return namespace == null || namespace.matcher(namespaceName).matches();
        }

        boolean covers(RoomId id) {
            return covers(id.namespace()) && (room == null || room.matcher(id.name()).matches());
        }
    }

    /** @throws InvalidGrantException naming the pattern and the expected form */
    public Permissions(Map<String, Set<Permission>> grants) {
        grants.forEach(this::grant);
    }

    /**
     * Parses a setting or a command line argument: {@code lobby:join send,team-7-*:join send history,/chat news:join}.
     *
     * @throws InvalidGrantException naming the expected form
     */
    public static Permissions parse(String text) {
        return new Permissions(grants(text));
    }

    /** Parses the same text to a map from pattern to permissions. */
    public static Map<String, Set<Permission>> grants(String text) {
        Map<String, Set<Permission>> grants = new LinkedHashMap<>();
        for (String grant : text.split(",")) {
            int colon = grant.lastIndexOf(':');
            if (colon < 0) {
                throw new InvalidGrantException(
                        "expected room patterns with permissions, for example lobby:join send,news:join");
            }
            grants.computeIfAbsent(grant.substring(0, colon).stripLeading(), pattern -> EnumSet.noneOf(Permission.class))
                    .addAll(words(grant.substring(colon + 1)));
        }
        return grants;
    }

    /** Parses permission words separated by spaces. */
    static Set<Permission> words(String text) {
        EnumSet<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (String word : text.strip().split(" +")) {
            permissions.add(Permission.of(word));
        }
        return permissions;
    }

    private void grant(String pattern, Set<Permission> permissions) {
        int space = pattern.startsWith("/") ? pattern.indexOf(' ') : -1;
        String namespace = space < 0 ? RoomId.DEFAULT_NAMESPACE : pattern.substring(0, space);
        String room = pattern.substring(space + 1);
        RoomId id;
        try {
            id = room.isEmpty() ? RoomId.everyone(namespace) : RoomId.of(namespace, room);
        } catch (InvalidNameException e) {
            throw new InvalidGrantException('"' + pattern + "\": " + e.getMessage());
        }
        if (permissions.isEmpty()) {
            // Valid but empty: must not count for reach(), or it would open the namespace.
            return;
        }
        if (pattern.indexOf('*') < 0) {
            exact.computeIfAbsent(id, each -> EnumSet.noneOf(Permission.class)).addAll(permissions);
        } else {
            patterns.add(new Grant(namespace.equals("/*") ? null : Glob.pattern(namespace),
                    room.equals("*") ? null : Glob.pattern(room), permissions));
        }
    }

    /** Returns whether the permission is granted in that room. */
    public boolean allow(RoomId room, Permission permission) {
        if (grants(exact.get(room), permission)) {
            return true;
        }
        for (Grant grant : patterns) {
            if (grants(grant.permissions, permission) && grant.covers(room)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the permission is granted in every room of every namespace. */
    boolean allowEverywhere(Permission permission) {
        return patterns.stream()
                .anyMatch(grant -> grant.namespace == null && grant.room == null && grants(grant.permissions, permission));
    }

    /** Returns whether anything is granted in that namespace. */
    public boolean reach(String namespace) {
        return exact.keySet().stream().anyMatch(room -> room.namespace().equals(namespace))
                || patterns.stream().anyMatch(grant -> grant.covers(namespace));
    }

    private static boolean grants(Set<Permission> granted, Permission permission) {
        return granted != null && (granted.contains(permission) || granted.contains(Permission.ADMIN));
    }
}
