package dev.atrium.it.schedule;

import dev.atrium.room.StreamPosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Log of the messages that one reader received in one room, checked as they arrive: each message must follow the previous one,
 * in the same epoch or in one that continues it from there.
 */
final class ReaderLog {

    /** @param gaps number of gaps that were reported before it */
    private record Entry(String epoch, long offset, String data, int gaps) {
    }

    private static final int MOST_STEPS = 16;

    private final String reader;
    private final Consumer<String> received;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private String epoch;
    private long offset;
    private final List<String> gaps = new ArrayList<>();
    /** Last steps to the present position, for the text of an error. */
    private final Deque<String> steps = new ArrayDeque<>();

    /** @param received called with the data of each message */
    ReaderLog(String reader, Consumer<String> received) {
        this.reader = reader;
        this.received = received;
    }

    synchronized boolean hasPlace() {
        return epoch != null;
    }

    synchronized String epoch() {
        return epoch;
    }

    synchronized long offset() {
        return offset;
    }

    /** Number of reported gaps. */
    synchronized int breaks() {
        return gaps.size();
    }

    /** The reader has joined at a stream position. */
    synchronized void joined(String atEpoch, long atOffset, boolean recovered) {
        if (epoch != null && recovered && !(continues(atEpoch) && atOffset == offset)) {
            faults.add("recovered at " + atEpoch + ":" + atOffset + " but was at " + place() + " by " + steps);
        } else if (epoch != null && !recovered) {
            gaps.add(place() + " to " + atEpoch + ":" + atOffset);
        }
        step((recovered ? "recovered at " : "joined at ") + atEpoch + ":" + atOffset);
        epoch = atEpoch;
        offset = atOffset;
    }

    /** The server has reported a gap and the stream position after it. */
    synchronized void broken(String atEpoch, long atOffset) {
        step("gap to " + atEpoch + ":" + atOffset);
        gaps.add(place() + " to " + atEpoch + ":" + atOffset);
        epoch = atEpoch;
        offset = atOffset;
    }

    synchronized void message(String atEpoch, long atOffset, String data) {
        received.accept(data);
        if (!continues(atEpoch) || atOffset != offset + 1) {
            faults.add("got " + atEpoch + ":" + atOffset + " after " + place() + " by " + steps);
        }
        step("message " + atOffset);
        epoch = atEpoch;
        offset = atOffset;
        entries.add(new Entry(atEpoch, atOffset, data, gaps.size()));
    }

    /** Records what has led to the present position. */
    synchronized void step(String step) {
        steps.add(step);
        if (steps.size() > MOST_STEPS) {
            steps.remove();
        }
    }

    /** Records another error. */
    synchronized void fault(String fault) {
        faults.add(fault);
    }

    /** Returns all errors, given the messages that the room has acknowledged, by {@code epoch:offset}. */
    synchronized List<String> faults(Map<String, String> acknowledged) {
        List<String> all = new ArrayList<>();
        faults.forEach(fault -> all.add(reader + " " + fault));
        for (Entry entry : entries) {
            String said = acknowledged.get(entry.epoch + ":" + entry.offset);
            if (said != null && !said.equals(entry.data)) {
                all.add(reader + " got " + entry.data + " at " + entry.offset + " where " + said + " was acknowledged");
            }
        }
        // A message whose acknowledgement was lost together with the message is published again after the gap.
        long distinct = entries.stream().map(entry -> entry.gaps + " " + entry.data).distinct().count();
        if (distinct != entries.size()) {
            all.add(reader + " got " + (entries.size() - distinct) + " messages twice");
        }
        return all;
    }

    /** Forgets messages and gaps, but not the stream position nor the errors. */
    synchronized void forget() {
        entries.clear();
        gaps.clear();
    }

    /** Number of received messages that it has not forgotten. */
    synchronized int size() {
        return entries.size();
    }

    @Override
    public synchronized String toString() {
        return reader + " at " + place() + (gaps.isEmpty() ? "" : " after gaps from " + String.join(", ", gaps));
    }

    private boolean continues(String nextEpoch) {
        // A room without any known message has no epoch yet.
        return epoch.isEmpty() || new StreamPosition(epoch, offset).isIn(nextEpoch);
    }

    private String place() {
        return epoch + ":" + offset;
    }
}
