package dev.atrium.backplane.memory;

import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Newest messages of a room, whose offsets are consecutive. A ring that grows, and not a map: that took 56 bytes more for each
 * message, and each addition changed entries all over the old generation, which every collection of the young one then has to
 * read. Guarded by the lock of its room.
 */
final class MessageRing {

    private static final Message[] EMPTY = new Message[0];
    private static final int INITIAL_CAPACITY = 8;
    /** Approximate bytes of one history page: reading stops after the message that exceeds them. */
    private static final int PAGE_BYTES = 1 << 20;

    /** Its length is a power of two, or zero. */
    private Message[] ring = EMPTY;
    private int first;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Returns the oldest message; there must be one. */
    Message first() {
        return get(0);
    }

    private Message get(int number) {
        return ring[index(number)];
    }

    private int index(int number) {
        return (first + number) & (ring.length - 1);
    }

    /** Adds the message with the next offset. */
    void add(Message message) {
        if (size == ring.length) {
            grow();
        }
        ring[index(size)] = message;
        size++;
    }

    private void grow() {
        Message[] grown = new Message[Math.max(INITIAL_CAPACITY, 2 * ring.length)];
        for (int i = 0; i < size; i++) {
            grown[i] = get(i);
        }
        ring = grown;
        first = 0;
    }

    /** Removes the oldest message; there must be one. */
    Message removeFirst() {
        Message removed = first();
        ring[first] = null;
        first = index(1);
        size--;
        if (size == 0) {
            // A room that is silent keeps no room for the messages it once had.
            ring = EMPTY;
            first = 0;
        }
        return removed;
    }

    /** Returns a page of history, oldest first. */
    List<Message> page(HistoryQuery query) {
        List<Message> page = new ArrayList<>();
        if (isEmpty()) {
            return page;
        }
        long oldest = first().offset();
        int from = (int) Math.min(size, Math.max(0, Math.max(0, query.after()) - oldest + 1));
        int to = (int) Math.min(size, Math.max(query.before(), oldest) - oldest);
        int bytes = 0;
        for (int i = 0; i < to - from && page.size() < query.limit() && bytes <= PAGE_BYTES; i++) {
            Message message = get(query.isNewest() ? to - 1 - i : from + i);
            page.add(message);
            bytes += message.size();
        }
        if (query.isNewest()) {
            Collections.reverse(page);
        }
        return page;
    }
}
