package dev.atrium.it.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What one reader has been told of one room, checked as it comes: each message must follow the one before. */
final class ReaderLog {

    private record Entry(String epoch, long offset, String data) {
    }

    private final String reader;
    private final Consumer<String> heard;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private String epoch;
    private long offset;
    private int breaks;

    /** @param heard called with what each message says */
    ReaderLog(String reader, Consumer<String> heard) {
        this.reader = reader;
        this.heard = heard;
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

    /** How often it was told that something was lost. */
    synchronized int breaks() {
        return breaks;
    }

    /** The reader was told where it begins. */
    synchronized void joined(String atEpoch, long atOffset, boolean recovered) {
        if (epoch != null && recovered && !(atEpoch.equals(epoch) && atOffset == offset)) {
            faults.add("recovered at " + atEpoch + ":" + atOffset + " but was at " + place());
        } else if (epoch != null && !recovered) {
            breaks++;
        }
        epoch = atEpoch;
        offset = atOffset;
    }

    /** The reader was told that something is lost, and where it goes on. */
    synchronized void broken(String atEpoch, long atOffset) {
        breaks++;
        epoch = atEpoch;
        offset = atOffset;
    }

    synchronized void message(String atEpoch, long atOffset, String data) {
        heard.accept(data);
        // A room of which nothing is known yet has no epoch.
        if (!(atEpoch.equals(epoch) || epoch.isEmpty()) || atOffset != offset + 1) {
            faults.add("got " + atEpoch + ":" + atOffset + " after " + place());
        }
        epoch = atEpoch;
        offset = atOffset;
        entries.add(new Entry(atEpoch, atOffset, data));
    }

    /** Something else went wrong. */
    synchronized void fault(String fault) {
        faults.add(fault);
    }

    /** What is wrong with it, given what the room has acknowledged, by {@code epoch:offset}. */
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

    /** Messages that it got. */
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
