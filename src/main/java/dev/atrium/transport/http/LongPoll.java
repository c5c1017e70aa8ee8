package dev.atrium.transport.http;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.Gateway;
import dev.atrium.room.Delivery;
import dev.atrium.room.DeliveryLoop;
import dev.atrium.room.History;
import dev.atrium.room.Member;
import dev.atrium.room.Membership;
import dev.atrium.room.Message;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.WriteBatch;
import dev.atrium.session.HttpRequester;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Long poll of one client, for messages after a position or its timeout: an unlisted member of the room. On its event loop. */
final class LongPoll implements Member {

    private final Gateway gateway;
    private final HttpRequester client;
    private final EventLoop eventLoop;
    private final DeliveryLoop loop;
    private final List<Message> received = new ArrayList<>();
    private UniEmitter<? super History> waiter;
    private Membership membership;
    private Future<?> timeout;
    private boolean over;
    private boolean dismissed;

    LongPoll(Gateway gateway, HttpRequester client, EventLoop eventLoop, DeliveryLoop loop) {
        this.gateway = gateway;
        this.client = client;
        this.eventLoop = eventLoop;
        this.loop = loop;
    }

    /**
     * Starts to wait. On the event loop, on which the {@code Uni} completes, too.
     *
     * @param since position after which messages are new; null for messages from now on
     * @param opens whether nobody had used the room
     * @return the new messages; none, with the room's position, after the timeout
     */
    Uni<History> news(RoomId room, StreamPosition since, boolean opens, long seconds) {
        return Uni.createFrom().emitter(emitter -> {
            waiter = emitter;
            emitter.onTermination(() -> eventLoop.execute(this::stop));
            // Subscribed to here and not chained: a cancellation, when the client disconnects, would leave an incomplete
            // membership behind.
            gateway.execute(client, new Command.Listen(this, room, since, opens, () -> !over)).subscribe().with(joined -> {
                membership = joined;
                timeout = eventLoop.schedule(this::end, dismissed ? 0 : seconds, TimeUnit.SECONDS);
                membership.follow();
            }, emitter::fail);
        });
    }

    /** Completes with the messages received so far, as after the timeout. Any thread. */
    void dismiss() {
        eventLoop.execute(() -> {
            dismissed = true;
            if (membership != null) {
                end();
            }
        });
    }

    @Override
    public DeliveryLoop loop() {
        return loop;
    }

    @Override
    public void receive(WriteBatch batch) {
        boolean first = received.isEmpty();
        for (Delivery delivery : batch.deliveries()) {
            // A volatile message would end the poll for something that every other client of the room may have missed.
            if (!over && delivery instanceof Message message && !message.isVolatile()) {
                received.add(message);
            }
        }
        if (first && !received.isEmpty()) {
            // As a task, because the room must not lose members while it delivers.
            eventLoop.execute(this::end);
        }
    }

    @Override
    public void failed(RuntimeException failure) {
        eventLoop.execute(() -> {
            if (!over) {
                stop();
                waiter.fail(failure);
            }
        });
    }

    private void end() {
        if (!over) {
            StreamPosition head = received.isEmpty() ? membership.position() : received.get(received.size() - 1).position();
            stop();
            waiter.complete(new History(head, received));
        }
    }

    /** Also called when the client has disconnected. */
    private void stop() {
        if (!over) {
            over = true;
            if (membership != null) {
                timeout.cancel(false);
                gateway.stopListening(membership);
            }
        }
    }
}
