package dev.atrium.backplane.memory;

import dev.atrium.room.Message;
import dev.atrium.room.Notice;
import dev.atrium.room.Position;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.Receipt;
import dev.atrium.room.Subscriber;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One room's order and its members. Its lock makes the order: who holds it tells the subscriber. */
final class MemoryRoom {

    private final Clock clock;
    /** Made when the first one enters: the rooms of single sessions, one for each connection, never have any. */
    private Map<String, Presence> members = Map.of();
    private Position position;
    private Subscriber subscriber;
    private long lastUsed;
    private boolean ended;

    MemoryRoom(Clock clock) {
        this.clock = clock;
        this.position = Position.origin();
        this.lastUsed = clock.millis();
    }

    /** @return null if this room has ended and a new one must be asked for */
    synchronized Receipt publish(Publication publication) {
        if (ended) {
            return null;
        }
        Instant now = clock.instant();
        lastUsed = now.toEpochMilli();
        long atMicros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
        position = new Position(position.epoch(), position.offset() + 1);
        if (subscriber != null) {
            Message message = publication.at(position, atMicros);
            subscriber.message(message);
        }
        return new Receipt(position, atMicros);
    }

    /** @return false if this room has ended and a new one must be asked for */
    synchronized boolean subscribe(Subscriber newSubscriber) {
        if (ended) {
            return false;
        }
        subscriber = newSubscriber;
        subscriber.subscribed(position);
        return true;
    }

    /** @return whether anything was ever said here, so that there is a place to keep */
    synchronized boolean unsubscribe() {
        subscriber = null;
        lastUsed = clock.millis();
        return position.offset() > 0;
    }

    synchronized void announce(Notice notice) {
        if (subscriber != null) {
            subscriber.notice(notice);
        }
    }

    synchronized boolean enter(Presence presence) {
        if (!ended) {
            members = members.isEmpty() ? new LinkedHashMap<>() : members;
            members.put(presence.who().id(), presence);
        }
        return !ended;
    }

    synchronized void exit(String sessionId) {
        if (!members.isEmpty()) {
            members.remove(sessionId);
        }
    }

    synchronized List<Presence> members() {
        return new ArrayList<>(members.values());
    }

    /** Ends this room if nobody has used it since then. */
    synchronized boolean endIfUnusedSince(long millis) {
        if (subscriber == null && members.isEmpty() && lastUsed < millis) {
            ended = true;
        }
        return ended;
    }
}
