package dev.atrium.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.backplane.memory.MemorySettings;
import dev.atrium.gateway.Events;
import dev.atrium.gateway.RoomService;
import dev.atrium.room.Message;
import dev.atrium.room.Node;
import dev.atrium.room.RoomId;
import dev.atrium.room.Rooms;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.Sessions;
import dev.atrium.tracing.Tracing;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A subscription of the application to a room. */
class RoomSubscriberTest {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Node node = Node.create();
    private final MemoryBackplane backplane = new MemoryBackplane(node, new MemorySettings(Duration.ofMinutes(1),
            new HistoryPolicy(10, Duration.ofMinutes(1)), Duration.ZERO, Duration.ZERO, Clock.systemUTC()));
    private final Sessions sessions = new Sessions(node, new SmallRyeConfigBuilder().withMapping(SessionConfig.class).build()
            .getConfigMapping(SessionConfig.class));
    private final RoomService service = new RoomService(backplane, sessions, new Rooms(backplane, (message, members) -> {
    }, Tracing.off()), new Events(), Tracing.off());

    @AfterEach
    void close() {
        Infrastructure.resetDroppedExceptionHandler();
        vertx.close();
        backplane.close();
    }

    @Test
    void one_that_cancels_before_it_is_in_the_room_leaves_no_error_behind() throws Exception {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Infrastructure.setDroppedExceptionHandler(dropped::add);
        Multi.createFrom()
                .<Message> emitter(
                        emitter -> RoomSubscriber.subscribe(service, sessions, vertx, new RoomId("/", "lobby"), emitter))
                .subscribe().with(Flow.Subscription::cancel, message -> {
                }, failure -> {
                }, () -> {
                });
        for (int turns = 0; turns < 10; turns++) {
            vertx.nettyEventLoopGroup().next().submit(() -> true).get();
        }
        assertThat(dropped).isEmpty();
    }
}
