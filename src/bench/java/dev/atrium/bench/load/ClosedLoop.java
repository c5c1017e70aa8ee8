package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Closed loop for saturation: each room has a fixed number of messages in flight, and the next one is published as soon as the
 * oldest has reached all members. With more than one in flight, the deliveries of the room are counted as a whole.
 */
public final class ClosedLoop implements ClientPoolListener {

    private static final Duration STRAGGLERS = Duration.ofSeconds(5);

    private final ClientPool members;
    private final Publishers publishers;
    private final ByteBuf frame;
    private final int inFlight;
    private final int[] hearers;
    private final long[] sent;
    private final long[] received;
    private long total;
    private boolean stopped;

    public ClosedLoop(ClientPool members, Publishers publishers, byte[] text, int inFlight) {
        this.members = members;
        this.publishers = publishers;
        this.frame = publishers.frame(text);
        this.inFlight = inFlight;
        this.hearers = members.hearers();
        this.sent = new long[members.plan().rooms()];
        this.received = new long[members.plan().rooms()];
    }

    public void start() throws InterruptedException {
        members.loop().run(() -> {
            members.listen(this);
            for (int room = 0; room < sent.length; room++) {
                for (int i = 0; i < inFlight; i++) {
                    publish(room);
                }
            }
        });
    }

    private void publish(int room) {
        sent[room]++;
        publishers.publish(room, frame.retainedDuplicate());
    }

    @Override
    public void delivered(Client client, ByteBuf in, int textAt) {
        total++;
        int room = members.plan().room(client.index());
        long outstanding = sent[room] * hearers[room] - ++received[room];
        if (outstanding <= (long) (inFlight - 1) * hearers[room] && !stopped) {
            publish(room);
        }
    }

    /** Number of deliveries so far. */
    public long deliveries() throws InterruptedException {
        return members.loop().call(() -> total);
    }

    /**
     * Stops publishing and waits for the messages in flight. Without this check a room that stalls after a lost message would
     * go unnoticed.
     *
     * @throws IllegalStateException if deliveries are missing
     */
    public void stop() throws InterruptedException {
        members.loop().run(() -> stopped = true);
        long end = System.nanoTime() + STRAGGLERS.toNanos();
        while (outstanding() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        members.loop().run(frame::release);
        long missing = outstanding();
        if (missing > 0) {
            members.requireWhole();
            throw new IllegalStateException(missing + " deliveries never came");
        }
    }

    private long outstanding() throws InterruptedException {
        return members.loop()
                .call(() -> IntStream.range(0, sent.length).mapToLong(room -> sent[room] * hearers[room]).sum() - total);
    }
}
