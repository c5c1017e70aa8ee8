package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What a client may be told that may be in a room but not read its history: what it missed while its connection was cut, and
 * nothing older.
 */
final class HistoryWindow {

    private final Backplane backplane;
    private final long longestAbsenceMillis;

    /** @param longestAbsenceMillis age of the oldest message that a client can have missed when it comes back in time */
    HistoryWindow(Backplane backplane, long longestAbsenceMillis) {
        this.backplane = backplane;
        this.longestAbsenceMillis = longestAbsenceMillis;
    }

    /**
     * The places that a client names, by the name of the room, or those that it may go on from.
     */
    Uni<Map<String, StreamPosition>> from(String namespace, Map<String, StreamPosition> places, Grant grant) {
        List<Uni<Tuple2<String, StreamPosition>>> searches = new ArrayList<>();
        places.forEach((name, since) -> {
            RoomId room = name.isEmpty() ? RoomId.everyone(namespace) : Gateway.room(namespace, name);
            searches.add((grant.mayReadBack(room) ? Uni.createFrom().item(since) : from(room, since))
                    .map(position -> Tuple2.of(name, position)));
        });
        return Resumption.all(searches).map(found -> found.stream().collect(Collectors.toMap(Tuple2::getItem1, Tuple2::getItem2)));
    }

    /** The place that the client names, or the first one that is recent. */
    Uni<StreamPosition> from(RoomId room, StreamPosition since) {
        long oldest = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis() - longestAbsenceMillis);
        return history(room, HistoryQuery.after(since.offset(), 1)).chain(next ->
                next.messages().isEmpty() || next.messages().get(0).atMicros() >= oldest ? Uni.createFrom().item(since)
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
