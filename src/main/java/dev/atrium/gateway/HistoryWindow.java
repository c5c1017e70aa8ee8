package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import io.smallrye.mutiny.Uni;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * History of clients that may join a room but not read its history: the messages that they missed while they were disconnected,
 * and nothing older.
 *
 * @param longestAbsenceMillis maximum age of a message that a client can have missed if it reconnects in time
 */
record HistoryWindow(Backplane backplane, long longestAbsenceMillis) {

    /** For each position that a client sent, by the name of its room: that one, or the later one from which it may resume. */
    Uni<Map<String, StreamPosition>> from(String namespace, Map<String, StreamPosition> positions, Grant grant) {
        Map<String, Uni<StreamPosition>> searches = new LinkedHashMap<>();
        positions.forEach((name, since) -> {
            RoomId room = new RoomId(namespace, name);
            searches.put(name, grant.mayReadBack(room) ? Uni.createFrom().item(since) : from(room, since));
        });
        return Resumption.positions(searches);
    }

    /** The position that the client sent, or the one before the first message that is recent enough. */
    Uni<StreamPosition> from(RoomId room, StreamPosition since) {
        long oldest = TimeUnit.MILLISECONDS.toMicros(backplane.currentTimeMillis() - longestAbsenceMillis);
        return history(room, HistoryQuery.after(since.offset(), 1)).chain(
                next -> next.messages().isEmpty() || next.messages().get(0).atMicros() >= oldest ? Uni.createFrom().item(since)
                        : firstAfter(room, oldest));
    }

    private Uni<StreamPosition> firstAfter(RoomId room, long oldest) {
        return history(room, new HistoryQuery(-1, Long.MAX_VALUE, HistoryQuery.MOST)).map(history -> {
            long first = history.head().offset() + 1;
            for (Message message : history.messages()) {
                if (message.atMicros() >= oldest) {
                    first = Math.min(first, message.offset());
                }
            }
            return new StreamPosition(history.head().epoch(), first - 1);
        });
    }

    private Uni<History> history(RoomId room, HistoryQuery query) {
        return backplane.history(room, query).onFailure().transform(ErrorReply::of);
    }
}
