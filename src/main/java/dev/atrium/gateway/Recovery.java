package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.SavedSession;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Session recovery from the last message that a client received: finds the stream position of each room, and the messages that
 * the client missed. A client receives the messages of its rooms in the order of their times, except messages that were
 * published at nearly the same time. If there are such messages it is unknown whether the client received them, and the session
 * is not recovered: no message is lost silently and none is sent twice. Missed messages are sent in the order of their times,
 * so that the same holds for a client that is disconnected while it receives them.
 */
record Recovery(Backplane backplane) {

    /** Messages of different rooms that are this close in time may have been sent in another order than they were published. */
    private static final long UNSURE_MICROS = TimeUnit.SECONDS.toMicros(1);

    /** Most rooms have few new messages, or none: a whole page of each would be a gigabyte for a client in a thousand rooms. */
    private static final int FIRST_PAGE = 16;

    /** Maximum bytes of missed messages: they are in memory at once. */
    private static final long MAX_MISSED_BYTES = 4L << 20;

    /** Lifetime of the first token: the client keeps it for as long as it stays connected. */
    static final Duration TOKEN_LEADS = Duration.ofDays(1);

    /** Stream positions by the name of the room; fails if one of them cannot be determined. */
    Uni<Map<String, StreamPosition>> positions(SavedSession saved, RecoveryOffset last) {
        HistoryPolicy.Limit kept = backplane.historyLimit(saved.namespace());
        long passed = backplane.currentTimeMillis() - TimeUnit.MICROSECONDS.toMillis(last.atMicros());
        long unsure = TimeUnit.MICROSECONDS.toMillis(UNSURE_MICROS);
        if (kept.size() == 0 || passed > kept.age() - unsure || passed < -unsure) {
            // The history of a room may have expired messages that the client has not received; or the clock has stepped back.
            return Uni.createFrom().failure(notRecovered());
        }
        Map<String, Uni<StreamPosition>> searches = new LinkedHashMap<>();
        for (RoomId room : Resumption.rooms(saved, Map.of()).keySet()) {
            searches.put(room.name(), position(room, last, kept.size()));
        }
        return Resumption.positions(searches);
    }

    private Uni<StreamPosition> position(RoomId room, RecoveryOffset last, int kept) {
        return room.name().equals(last.room()) ? Uni.createFrom().item(last.position())
                : before(room, last.atMicros(), new HistoryQuery(-1, Long.MAX_VALUE, FIRST_PAGE),
                        Math.min(kept, HistoryQuery.MOST));
    }

    /**
     * The position before the first message after that time. Reads the history backwards, page by page: a page of large
     * messages is shorter than was asked for.
     *
     * @param left number of messages that the history may retain before those read already, and that may be read
     */
    private Uni<StreamPosition> before(RoomId room, long atMicros, HistoryQuery page, int left) {
        return backplane.history(room, page).chain(history -> {
            List<Message> messages = history.messages();
            long first = Math.min(page.before(), history.head().offset() + 1);
            long latest = 0;
            for (Message message : messages) {
                // After a step back of the clock a message that the client has not received may be older than its last one.
                if (message.atMicros() < latest - UNSURE_MICROS / 2
                        || Math.abs(message.atMicros() - atMicros) < UNSURE_MICROS) {
                    throw notRecovered();
                }
                latest = Math.max(latest, message.atMicros());
                if (message.atMicros() > atMicros) {
                    first = Math.min(first, message.offset());
                }
            }
            boolean allNewer = !messages.isEmpty() && first == messages.get(0).offset();
            boolean droppedNewer = messages.isEmpty() && history.droppedMicros() > atMicros - UNSURE_MICROS;
            if (droppedNewer || allNewer && messages.size() >= left) {
                throw notRecovered();
            }
            return allNewer && first > 1
                    ? before(room, atMicros, new HistoryQuery(-1, first, HistoryQuery.MOST), left - messages.size())
                    : Uni.createFrom().item(new StreamPosition(history.head().epoch(), first - 1));
        });
    }

    /**
     * Messages between these positions and those at which the memberships begin. A room without a position is one that the
     * application has added meanwhile: there the client has missed nothing.
     *
     * @param last fails if one of them is older, because the clock has stepped back
     * @param queueBytes free bytes of the send queue, half of which they may take: with new messages behind them the client
     *        would be closed as slow, and come back for them, again and again
     */
    Uni<List<Message>> missed(List<Joined> joined, Map<String, StreamPosition> positions, RecoveryOffset last,
            long queueBytes) {
        AtomicLong left = new AtomicLong(Math.min(MAX_MISSED_BYTES, queueBytes / 2));
        List<Uni<List<Message>>> searches = joined.stream().filter(room -> positions.containsKey(room.room().name()))
                .map(room -> missed(room.room(), positions.get(room.room().name()), room.position(), left))
                .toList();
        return Completions.someAtATime(searches).map(found -> {
            List<Message> missed = found.stream().flatMap(List::stream).sorted(Comparator.comparingLong(Message::atMicros))
                    .toList();
            if (!missed.isEmpty() && missed.get(0).atMicros() <= last.atMicros() - UNSURE_MICROS) {
                throw notRecovered();
            }
            return missed;
        });
    }

    private Uni<List<Message>> missed(RoomId room, StreamPosition from, StreamPosition to, AtomicLong left) {
        boolean same = from.isIn(to.epoch()) || from.offset() == 0 && from.epoch().isEmpty();
        long count = to.offset() - from.offset();
        if (!same || count < 0 || count > HistoryQuery.MOST) {
            return Uni.createFrom().failure(notRecovered());
        }
        return read(room, from.offset(), to, new ArrayList<>(), left);
    }

    /** Reads page by page: a page of large messages is shorter than was asked for. */
    private Uni<List<Message>> read(RoomId room, long after, StreamPosition to, List<Message> found, AtomicLong left) {
        if (after == to.offset()) {
            return Uni.createFrom().item(found);
        }
        return backplane.history(room, HistoryQuery.after(after, (int) (to.offset() - after))).chain(history -> {
            List<Message> messages = history.messages();
            long rest = left.addAndGet(-messages.stream().mapToLong(Message::size).sum());
            Message last = messages.isEmpty() ? null : messages.get(messages.size() - 1);
            if (last == null || last.offset() != after + messages.size() || !to.isIn(last.epoch())
                    || rest < 0) {
                throw notRecovered();
            }
            found.addAll(messages);
            return read(room, last.offset(), to, found, left);
        });
    }

    /** Fails if the client may not receive all messages that it missed: it would take the rest for everything. */
    static Map<String, StreamPosition> same(Map<String, StreamPosition> positions, Map<String, StreamPosition> bounded) {
        if (!bounded.equals(positions)) {
            throw notRecovered();
        }
        return positions;
    }

    static ErrorReply notRecovered() {
        return new ErrorReply(410, "the session cannot go on where it was");
    }
}
