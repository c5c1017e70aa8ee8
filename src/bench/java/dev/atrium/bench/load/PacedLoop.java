package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Open loop: messages are scheduled at fixed times, one room after the other, whatever the server does. A latency is measured
 * from the scheduled time, so that neither a late generator nor a slow server hides its worst moments (coordinated omission).
 * Slow clients are not timed.
 */
public final class PacedLoop implements ClientPoolListener {

    private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(2);
    private static final Duration STRAGGLERS = Duration.ofSeconds(5);

    private final ClientPool members;
    private final Publishers publishers;
    private final long interval;
    private final int[] steady;
    private final Histogram micros = new Histogram(HIGHEST_MICROS, 3);
    private long next;
    private long from;
    private long to;
    private int room;
    private long expected;
    private long total;

    /** @param messagesPerSecond rate over all rooms together */
    public PacedLoop(ClientPool members, Publishers publishers, int messagesPerSecond) {
        this.members = members;
        this.publishers = publishers;
        this.interval = TimeUnit.SECONDS.toNanos(1) / messagesPerSecond;
        this.steady = members.steady();
    }

    /** Starts publishing. Messages scheduled during the warm-up are sent and not counted. */
    public void start(Duration warmUp, Duration measured) throws InterruptedException {
        members.loop().run(() -> {
            members.listen(this);
            next = System.nanoTime() + interval;
            from = next + warmUp.toNanos();
            to = from + measured.toNanos();
            tick();
        });
    }

    private void tick() {
        while (next < to && next <= System.nanoTime()) {
            publishers.publish(room, publishers.frame(Message.at(next)));
            expected += next < from ? 0 : steady[room];
            room = (room + 1) % members.plan().rooms();
            next += interval;
        }
        if (next < to) {
            members.loop().eventLoop().schedule(this::tick, next - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void delivered(Client client, ByteBuf in, int textAt) {
        total++;
        if (client.isSlow()) {
            return;
        }
        long wanted = Message.time(in, textAt);
        if (wanted >= from && wanted < to) {
            micros.recordValue(Math.min(HIGHEST_MICROS, (System.nanoTime() - wanted) / 1000));
        }
    }

    /** Number of deliveries so far, including the warm-up. */
    public long deliveries() throws InterruptedException {
        return members.loop().call(() -> total);
    }

    /**
     * Waits for the outstanding deliveries and returns all latencies in microseconds.
     *
     * @throws IllegalStateException if deliveries are missing
     */
    public Histogram finish() throws InterruptedException {
        long end = System.nanoTime() + STRAGGLERS.toNanos();
        while (System.nanoTime() < end && missing() > 0) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        long missing = missing();
        if (missing > 0) {
            members.requireWhole();
            throw new IllegalStateException(missing + " of " + expected + " deliveries never came");
        }
        return members.loop().call(micros::copy);
    }

    private long missing() throws InterruptedException {
        // The messages that are not sent yet are missing, too.
        return members.loop().call(() -> Math.max(next < to ? 1 : 0, expected - micros.getTotalCount()));
    }
}
