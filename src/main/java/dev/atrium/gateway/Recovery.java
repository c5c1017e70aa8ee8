package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.SavedSession;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Position;
import dev.atrium.room.RoomId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Finds where a session was in each of its rooms from the one message that its client has heard last. Messages of one session's
 * rooms are sent in the order of their times but for some that are said at nearly the same time; where there are such, nobody
 * knows whether they were heard, and the session is not recovered: nothing is lost in silence, and nothing is told twice.
 */
final class Recovery {

    /** Messages of different rooms that are so close may have left in another order than they were said. */
    private static final long UNSURE_MICROS = TimeUnit.SECONDS.toMicros(1);

    /** The client goes on with its first token, for as long as it stays. */
    static final Duration TOKEN_LEADS = Duration.ofDays(1);

    private final Backplane backplane;

    Recovery(Backplane backplane) {
        this.backplane = backplane;
    }

    /** The places by the name of the room; a failure if one of them cannot be told. */
    Uni<Map<String, Position>> places(SavedSession saved, Bookmark last) {
        List<Uni<Tuple2<String, Position>>> searches = new ArrayList<>();
        for (RoomId room : Resumption.rooms(saved, Map.of()).keySet()) {
            searches.add(place(room, last).map(position -> Tuple2.of(room.name(), position)));
        }
        return Resumption.all(searches).map(found -> {
            Map<String, Position> places = new HashMap<>();
            found.forEach(place -> places.put(place.getItem1(), place.getItem2()));
            return places;
        });
    }

    private Uni<Position> place(RoomId room, Bookmark last) {
        return room.name().equals(last.room()) ? Uni.createFrom().item(last.position())
                : backplane.history(room, new HistoryQuery(-1, Long.MAX_VALUE, HistoryQuery.MOST))
                        .map(history -> before(history, last.atMicros()));
    }

    private static Position before(History history, long atMicros) {
        Position head = history.head();
        long first = head.offset() + 1;
        for (Message message : history.messages()) {
            if (Math.abs(message.atMicros() - atMicros) < UNSURE_MICROS) {
                throw notRecovered();
            }
            if (message.atMicros() > atMicros) {
                first = Math.min(first, message.offset());
            }
        }
        boolean mayBeOlder = !history.messages().isEmpty() && first == history.messages().get(0).offset() && first > 1;
        if (mayBeOlder) {
            throw notRecovered();
        }
        return new Position(head.epoch(), first - 1);
    }

    static Refusal notRecovered() {
        return new Refusal(410, "the session cannot go on where it was");
    }
}
