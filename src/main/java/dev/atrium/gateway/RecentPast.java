package dev.atrium.gateway;

import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Position;
import dev.atrium.room.RoomId;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What a client may be told that may be in a room but not read its history: what it missed while its connection was cut, and
 * nothing older.
 */
final class RecentPast {

    private static final long MICROS = TimeUnit.MILLISECONDS.toMicros(Duration.ofMinutes(2).toMillis());

    private final RoomService service;

    RecentPast(RoomService service) {
        this.service = service;
    }

    /** The place that the client names, or the first one that is recent. */
    Uni<Position> from(RoomId room, Position since) {
        long oldest = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - MICROS;
        return service.history(room, new HistoryQuery(-1, Long.MAX_VALUE, HistoryQuery.MOST)).map(history -> {
            long first = history.head().offset() + 1;
            for (Message message : history.messages()) {
                if (message.atMicros() >= oldest) {
                    first = Math.min(first, message.offset());
                }
            }
            return first - 1 <= since.offset() ? since : new Position(history.head().epoch(), first - 1);
        });
    }
}
