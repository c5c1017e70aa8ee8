package dev.atrium.it.schedule;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Recorder;

/** Latency of messages, from the first attempt to publish one to its delivery to each reader of the room. Thread-safe. */
final class Punctuality {

    private static final int DIGITS = 3;

    private final Map<String, Long> saidAt = new ConcurrentHashMap<>();
    private final Recorder times = new Recorder(DIGITS);

    /** A message is about to be published. */
    void said(String data) {
        saidAt.put(data, System.nanoTime());
    }

    /** A reader has received the message. */
    void received(String data) {
        times.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - saidAt.get(data)));
    }

    /** Returns the p99 in milliseconds of the deliveries since the last call. */
    double p99Millis() {
        return times.getIntervalHistogram().getValueAtPercentile(99) / 1e3;
    }
}
