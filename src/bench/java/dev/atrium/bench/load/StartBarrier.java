package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Barrier before a measurement: publishes to each room until one message has reached all members. A server may complete the
 * handshake before the client is in its room, and replicas subscribe to each other's rooms asynchronously.
 */
public final class StartBarrier implements ClientPoolListener {

    private static final int TRIES = 20;
    private static final int WAIT_MILLIS = 2_000;
    private static final int STEP_MILLIS = 20;

    private final ClientPool members;
    private final Publishers publishers;
    private final int everyone;
    private volatile int received;

    private StartBarrier(ClientPool members, Publishers publishers) {
        this.members = members;
        this.publishers = publishers;
        this.everyone = IntStream.of(members.hearers()).sum();
    }

    public static void hold(ClientPool members, Publishers publishers) throws InterruptedException {
        new StartBarrier(members, publishers).hold();
    }

    private void hold() throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            members.loop().run(this::call);
            for (int waited = 0; waited < WAIT_MILLIS; waited += STEP_MILLIS) {
                TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
                if (received == everyone) {
                    return;
                }
            }
        }
        members.requireWhole();
        throw new IllegalStateException("a message reached " + received + " of " + everyone + " members");
    }

    private void call() {
        received = 0;
        members.listen(this);
        for (int room = 0; room < members.plan().rooms(); room++) {
            publishers.publish(room, publishers.frame(Message.at(0)));
        }
    }

    @Override
    public void delivered(Client client, ByteBuf in, int textAt) {
        received++;
    }
}
