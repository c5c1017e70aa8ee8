package dev.atrium.it.schedule;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Recorder;

/** How long messages take from the first attempt to say them until each who follows the room has heard them. Any thread. */
final class Punctuality {

    private static final int DIGITS = 3;

    private final Map<String, Long> saidAt = new ConcurrentHashMap<>();
    private final Recorder times = new Recorder(DIGITS);

    /** A message is about to be said. */
    void said(String data) {
        saidAt.put(data, System.nanoTime());
    }

    /** One has heard it. */
    void heard(String data) {
        times.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - saidAt.get(data)));
    }

    /** Of what was heard since this was asked last, 99 in a hundred took so many milliseconds at most. */
    double p99Millis() {
        return times.getIntervalHistogram().getValueAtPercentile(99) / 1e3;
    }
}
