package dev.atrium.it.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Log of the messages that one reader received in one room, checked as they arrive: each message must follow the previous one.
 */
final class ReaderLog {

    private record Entry(String epoch, long offset, String data) {
    }

    private final String reader;
    private final Consumer<String> received;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private String epoch;
    private long offset;
    private int breaks;

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
        return breaks;
    }

    /** The reader has joined at a stream position. */
    synchronized void joined(String atEpoch, long atOffset, boolean recovered) {
        if (epoch != null && recovered && !(atEpoch.equals(epoch) && atOffset == offset)) {
            faults.add("recovered at " + atEpoch + ":" + atOffset + " but was at " + place());
        } else if (epoch != null && !recovered) {
            breaks++;
        }
        epoch = atEpoch;
        offset = atOffset;
    }

    /** The server has reported a gap and the stream position after it. */
    synchronized void broken(String atEpoch, long atOffset) {
        breaks++;
        epoch = atEpoch;
        offset = atOffset;
    }

    synchronized void message(String atEpoch, long atOffset, String data) {
        received.accept(data);
        // A room without any known message has no epoch yet.
        if (!(atEpoch.equals(epoch) || epoch.isEmpty()) || atOffset != offset + 1) {
            faults.add("got " + atEpoch + ":" + atOffset + " after " + place());
        }
        epoch = atEpoch;
        offset = atOffset;
        entries.add(new Entry(atEpoch, atOffset, data));
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
        long distinct = entries.stream().map(Entry::data).distinct().count();
        if (distinct != entries.size()) {
            all.add(reader + " got " + (entries.size() - distinct) + " messages twice");
        }
        return all;
    }

    /** Number of received messages. */
    synchronized int size() {
        return entries.size();
    }

    @Override
    public synchronized String toString() {
        return reader + " at " + place();
    }

    private String place() {
        return epoch + ":" + offset;
    }
}
