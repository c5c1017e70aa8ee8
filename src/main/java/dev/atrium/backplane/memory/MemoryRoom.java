package dev.atrium.backplane.memory;

import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Presence;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One room: its order, history and members. Its lock makes the order: the thread that holds it calls the subscriber. */
final class MemoryRoom {

    private final RoomId id;
    private final MemorySettings settings;
    private final HistoryPolicy.Limit limit;
    private final HistoryMemory memory;
    /** Created when the first member enters: the rooms of single sessions, one per connection, never have any. */
    private Map<String, Presence> members = Map.of();
    private final MessageRing history = new MessageRing();
    private long bytes;
    /** Time of the newest message that was dropped for a limit other than its age. */
    private long droppedMicros;
    /** Created with the first idempotency key. */
    private IdempotencyCache results;
    private StreamPosition position;
    private Subscriber subscriber;
    private long lastUsed;
    private boolean ended;
    private boolean overheadCounted;

    MemoryRoom(RoomId id, MemorySettings settings, HistoryMemory memory) {
        this.memory = memory;
        this.id = id;
        this.settings = settings;
        this.limit = settings.history().of(id.namespace());
        this.position = id.isSession() ? StreamPosition.START : StreamPosition.origin();
        this.lastUsed = settings.clock().millis();
        countOverhead();
    }

    /** @return null if this room has ended; the caller retries with a new one */
    synchronized PublishResult publish(Publication publication) {
        if (ended) {
            return null;
        }
        Instant now = settings.clock().instant();
        lastUsed = now.toEpochMilli();
        PublishResult earlier = earlierResult(publication.idempotency());
        if (earlier != null) {
            return earlier;
        }
        long atMicros = micros(now);
        String epoch = position.equals(StreamPosition.START) ? StreamPosition.origin().epoch() : position.epoch();
        position = new StreamPosition(epoch, position.offset() + 1);
        Message message = publication.at(position, atMicros);
        append(message);
        if (subscriber != null) {
            subscriber.message(message);
        }
        PublishResult result = new PublishResult(position, atMicros);
        if (results != null) {
            results.add(publication.idempotency(), result);
        }
        return result;
    }

    synchronized void publishVolatile(Publication publication) {
        if (subscriber != null) {
            subscriber.volatileMessage(publication.withoutPosition(micros(settings.clock().instant())));
        }
    }

    /** Whether the session of this room is connected, or the message was accepted while it existed. */
    synchronized boolean accepts(Publication publication) {
        return subscriber != null || results != null && publication.idempotency() != null
                && results.find(publication.idempotency(), settings.clock().millis()) != null;
    }

    private static long micros(Instant time) {
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
    }

    private PublishResult earlierResult(String idempotency) {
        if (idempotency == null) {
            return null;
        }
        if (results == null) {
            results = new IdempotencyCache(settings.idempotencyWindow(), memory);
        }
        return results.find(idempotency, lastUsed);
    }

    private void append(Message message) {
        if (limit.size() == 0) {
            return;
        }
        if (history.size() == limit.size()) {
            dropFirst();
        }
        history.add(message);
        count(message.size());
        while (bytes > limit.bytes()) {
            dropFirst();
        }
        dropOld(message.at());
    }

    private boolean isUnused() {
        return subscriber == null && members.isEmpty();
    }

    /** Counts the room itself while it is unused: a room in use cannot be freed, and would cost all others their histories. */
    private void countOverhead() {
        boolean counts = !ended && isUnused();
        if (counts != overheadCounted) {
            overheadCounted = counts;
            memory.add(counts ? HistoryMemory.ROOM_BYTES : -HistoryMemory.ROOM_BYTES);
        }
    }

    private void count(int added) {
        bytes += added;
        memory.add(added);
    }

    /** Drops the oldest message to bound the memory, not because of its age. */
    private void dropFirst() {
        Message dropped = history.removeFirst();
        droppedMicros = dropped.atMicros();
        count(-dropped.size());
    }

    private void dropOld(long now) {
        while (!history.isEmpty() && history.first().at() < now - limit.age()) {
            count(-history.removeFirst().size());
        }
    }

    /**
     * Returns the time since when this room has something to free, in microseconds since 1970: its oldest message or
     * idempotency key, or its last use if it is unused and empty; {@link Long#MAX_VALUE} if there is nothing.
     */
    synchronized long freeableSince() {
        long oldest = oldestMicros();
        return oldest < Long.MAX_VALUE || ended || !isUnused() ? oldest : lastUsed * 1_000;
    }

    private long oldestMicros() {
        long message = history.isEmpty() ? Long.MAX_VALUE : history.first().atMicros();
        return results == null ? message : Math.min(message, results.oldestMicros());
    }

    /** Frees the oldest message or key and those up to that time; or, without any, ends the room if it is unused. */
    synchronized void free(long untilMicros) {
        long oldest = oldestMicros();
        if (oldest == Long.MAX_VALUE) {
            endIfUnusedSince(Long.MAX_VALUE);
            return;
        }
        long until = Math.max(oldest, untilMicros);
        while (!history.isEmpty() && history.first().atMicros() <= until) {
            dropFirst();
        }
        if (results != null) {
            results.dropOlder(until + 1);
        }
    }

    synchronized boolean isEnded() {
        return ended;
    }

    synchronized History history(HistoryQuery query) {
        dropOld(settings.clock().millis());
        return new History(position, history.page(query), droppedMicros);
    }

    /** @return false if this room has ended; the caller retries with a new one */
    synchronized boolean subscribe(Subscriber newSubscriber) {
        if (ended) {
            return false;
        }
        subscriber = newSubscriber;
        countOverhead();
        subscriber.subscribed(position);
        return true;
    }

    /** @return whether the room has a stream position to keep, because something was published or it is not a session's room */
    synchronized boolean unsubscribe() {
        subscriber = null;
        lastUsed = settings.clock().millis();
        countOverhead();
        return !position.equals(StreamPosition.START);
    }

    /** @return false if this room has ended; the caller retries with a new one */
    synchronized boolean enter(Presence presence) {
        if (ended) {
            return false;
        }
        members = members.isEmpty() ? new LinkedHashMap<>() : members;
        boolean joined = members.put(presence.who().id(), presence) == null;
        countOverhead();
        if (joined) {
            announce(PresenceEvent.Change.JOINED, presence.who());
        }
        return true;
    }

    synchronized void exit(Sender member) {
        if (!members.isEmpty() && members.remove(member.id()) != null) {
            countOverhead();
            announce(PresenceEvent.Change.LEFT, member);
        }
    }

    private void announce(PresenceEvent.Change change, Sender member) {
        if (subscriber != null) {
            subscriber.presenceEvent(new PresenceEvent(id, change, member));
        }
    }

    List<Presence> members() {
        List<Presence> all;
        synchronized (this) {
            all = new ArrayList<>(members.values());
        }
        // Not under the lock, for which each publication to the room would wait.
        all.sort(Presence.LONGEST_FIRST);
        return all;
    }

    synchronized int memberCount() {
        return members.size();
    }

    /** Ends this room if it has been unused for longer than both its time to live and the age limit of its history. */
    synchronized boolean endIfUnused(long now) {
        // A room whose members are silent would keep its messages far beyond their age.
        dropOld(now);
        return endIfUnusedSince(now - Math.max(settings.ttl().toMillis(), limit.size() == 0 ? 0 : limit.age()));
    }

    /** Ends this room if it has been unused since before that time, in milliseconds since 1970. */
    synchronized boolean endIfUnusedSince(long millis) {
        if (!ended && isUnused() && lastUsed < millis) {
            ended = true;
            memory.add(-bytes);
            if (results != null) {
                results.dropOlder(Long.MAX_VALUE);
            }
            countOverhead();
        }
        return ended;
    }
}
