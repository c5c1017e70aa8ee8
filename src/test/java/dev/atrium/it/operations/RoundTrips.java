package dev.atrium.it.operations;

import dev.atrium.it.fixture.RawSocket;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Measurement of round trips: the time until a member of a room receives its own message, in milliseconds. */
final class RoundTrips {

    private static final int PAUSE_NANOS = 2_000_000;

    private RoundTrips() {
    }

    /** Sends a number of messages, at intervals of two milliseconds, and returns the p99. */
    static double p99(RawSocket witness, int messages) throws IOException {
        double[] times = new double[messages];
        for (int i = 0; i < messages; i++) {
            long start = System.nanoTime();
            witness.text("tick");
            witness.read();
            times[i] = (System.nanoTime() - start) / 1e6;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        Arrays.sort(times);
        return times[(int) (messages * 0.99)];
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
