package dev.atrium.backplane.memory;

import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;

/** Names of the rooms in their order: a page of them costs no more if there are many. Any thread. */
final class RoomIndex {

    private final NavigableSet<RoomId> named = new ConcurrentSkipListSet<>(
            Comparator.comparing(RoomId::namespace).thenComparing(RoomId::name));

    void add(RoomId id) {
        if (id.isNamed()) {
            named.add(id);
        }
    }

    void remove(RoomId id) {
        named.remove(id);
    }

    void clear() {
        named.clear();
    }

    /**
     * Returns a page of the rooms of a namespace.
     *
     * @param prefix of the names; empty for all
     * @param cursor name after which the page begins; null for the first page
     * @throws IllegalArgumentException for an empty cursor, which no page has given
     */
    RoomPage page(String namespace, String prefix, String cursor, int limit) {
        if (cursor != null && cursor.isEmpty()) {
            throw new IllegalArgumentException("cursor: expected the next of the page before");
        }
        boolean continued = cursor != null && cursor.compareTo(prefix) >= 0;
        List<String> names = new ArrayList<>();
        for (RoomId id : named.tailSet(new RoomId(namespace, continued ? cursor : prefix), !continued)) {
            if (names.size() > limit || !id.namespace().equals(namespace) || !id.name().startsWith(prefix)) {
                break;
            }
            names.add(id.name());
        }
        return names.size() <= limit ? new RoomPage(names, null)
                : new RoomPage(names.subList(0, limit), names.get(limit - 1));
    }
}
