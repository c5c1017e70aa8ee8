package dev.atrium.application;

import dev.atrium.gateway.RoomService;
import dev.atrium.room.Delivery;
import dev.atrium.room.DeliveryLoop;
import dev.atrium.room.Member;
import dev.atrium.room.Membership;
import dev.atrium.room.Message;
import dev.atrium.room.RoomId;
import dev.atrium.room.WriteBatch;
import dev.atrium.session.Sessions;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Vertx;

/** Subscription of the application to a room's messages: a member without presence. On one event loop. */
final class RoomSubscriber implements Member {

    private final RoomService service;
    private final EventLoop eventLoop;
    private final DeliveryLoop loop;
    private final MultiEmitter<? super Message> emitter;
    private Membership membership;
    private boolean over;

    private RoomSubscriber(RoomService service, EventLoop eventLoop, DeliveryLoop loop, MultiEmitter<? super Message> emitter) {
        this.service = service;
        this.eventLoop = eventLoop;
        this.loop = loop;
        this.emitter = emitter;
    }

    /** Subscribes until the emitter terminates. Any thread. */
    static void subscribe(RoomService service, Sessions sessions, Vertx vertx, RoomId room,
            MultiEmitter<? super Message> emitter) {
        EventLoop eventLoop = vertx.nettyEventLoopGroup().next();
        RoomSubscriber subscriber = new RoomSubscriber(service, eventLoop, sessions.deliveryLoop(eventLoop), emitter);
        emitter.onTermination(() -> eventLoop.execute(subscriber::stop));
        eventLoop.execute(() -> subscriber.start(room));
    }

    private void start(RoomId room) {
        service.listen(this, room, null, () -> !over).subscribe().with(joined -> {
            membership = joined;
            membership.follow();
        }, this::fail);
    }

    private void stop() {
        over = true;
        if (membership != null) {
            service.stopListening(membership);
            membership = null;
        }
    }

    @Override
    public DeliveryLoop loop() {
        return loop;
    }

    @Override
    public void receive(WriteBatch batch) {
        for (Delivery delivery : batch.deliveries()) {
            if (delivery instanceof Message message) {
                emitter.emit(message);
            }
        }
    }

    @Override
    public void failed(RuntimeException failure) {
        eventLoop.execute(() -> fail(failure));
    }

    /** A subscriber that has cancelled would not get it, and it would be logged as an error that was dropped. */
    private void fail(Throwable failure) {
        if (!over) {
            emitter.fail(failure);
        }
    }
}
