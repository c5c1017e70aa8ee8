package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.application.TestClients;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.backplane.memory.MemorySettings;
import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.Events;
import dev.atrium.gateway.RoomService;
import dev.atrium.gateway.TestCluster;
import dev.atrium.room.Delivery;
import dev.atrium.room.Node;
import dev.atrium.room.Rooms;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.session.BytesFormat;
import dev.atrium.session.ClientConnection;
import dev.atrium.session.CloseReason;
import dev.atrium.session.SendQueue;
import dev.atrium.session.Session;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import dev.atrium.tracing.Tracing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of emitters and of servers of Node: the clients that they concern. */
class RedisEmitterSubscriberTest {

    private static final String PREFIX = "socket.io";
    private static final String CHANNEL = PREFIX + "-request#/#";

    private final Node node = Node.create();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final MemoryBackplane backplane = new MemoryBackplane(node, new MemorySettings(Duration.ofMinutes(1),
            new HistoryPolicy(10, Duration.ofMinutes(1)), Duration.ZERO, Duration.ZERO, Clock.systemUTC()));
    private final Sessions sessions = new Sessions(node, new SmallRyeConfigBuilder().withMapping(SessionConfig.class).build()
            .getConfigMapping(SessionConfig.class));
    private final RoomService service = new RoomService(backplane, sessions, new Rooms(backplane, (message, members) -> {
    }, Tracing.off()), new Events(), Tracing.off());
    private final Cluster cluster = TestCluster.of(backplane, sessions);
    private final RedisEmitterSubscriber subscriber = new RedisEmitterSubscriber(cluster, TestClients.of(service, cluster),
            null);
    private final Session ann = session();
    private final Session bob = session();

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void options_name_the_clients_and_without_rooms_they_are_all() {
        request("{\"type\":2,\"opts\":{\"rooms\":[\"" + ann.id() + "\"],\"except\":[]},\"rooms\":[\"red\",\"blue\"]}");
        assertThat(ann.isIn("red")).isTrue();
        assertThat(ann.isIn("blue")).isTrue();
        assertThat(bob.isIn("red")).isFalse();
        request("{\"type\":3,\"opts\":{\"rooms\":[\"red\"],\"except\":[]},\"rooms\":[\"blue\"]}");
        assertThat(ann.isIn("blue")).isFalse();
        request("{\"type\":4,\"opts\":{\"rooms\":[],\"except\":[\"red\"]}}");
        assertThat(ann.isOpen()).isTrue();
        assertThat(bob.isOpen()).isFalse();
        request("{\"type\":4,\"opts\":{\"rooms\":[],\"except\":[]},\"close\":true}");
        assertThat(ann.isOpen()).isFalse();
    }

    /** Those of socket.io-redis 6, and of Socket.IO 2. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void a_request_without_options_concerns_the_client_of_its_sid_alone(boolean close) {
        request("{\"requestId\":\"a\",\"type\":2,\"sid\":\"" + ann.id() + "\",\"room\":\"red\"}");
        assertThat(ann.isIn("red")).isTrue();
        assertThat(bob.isIn("red")).isFalse();
        request("{\"requestId\":\"b\",\"type\":3,\"sid\":\"" + ann.id() + "\",\"room\":\"red\"}");
        assertThat(ann.isIn("red")).isFalse();
        request("{\"requestId\":\"c\",\"type\":4,\"sid\":\"" + ann.id() + "\",\"close\":" + close + "}");
        assertThat(ann.isOpen()).isFalse();
        assertThat(bob.isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"type\":4}", "{\"type\":4,\"close\":true}", "{\"type\":4,\"sid\":\"x\",\"close\":true}",
            "{\"type\":4,\"sid\":null}", "{\"type\":4,\"opts\":null}", "{\"type\":4,\"opts\":\"all\"}", "{\"type\":1}", "{}" })
    void a_request_that_names_no_client_does_nothing(String request) {
        request(request);
        assertThat(ann.isOpen()).isTrue();
        assertThat(bob.isOpen()).isTrue();
    }

    @Test
    void the_name_of_a_room_is_no_sid() {
        request("{\"type\":2,\"opts\":{\"rooms\":[],\"except\":[]},\"rooms\":[\"red\"]}");
        request("{\"type\":4,\"sid\":\"red\",\"close\":true}");
        assertThat(ann.isIn("red")).isTrue();
        assertThat(ann.isOpen()).isTrue();
    }

    @Test
    void an_empty_message_is_skipped() {
        subscriber.received(PREFIX, CHANNEL, new byte[0]);
        assertThat(ann.isOpen()).isTrue();
    }

    private void request(String json) {
        subscriber.received(PREFIX, CHANNEL, json.getBytes(StandardCharsets.UTF_8));
        channel.runPendingTasks();
    }

    private Session session() {
        Session session = sessions.open(
                new SessionRequest(new Caller(Identity.ANONYMOUS, ""), channel.eventLoop(), "/", Transport.SESSION,
                        new NoConnection(), new NoFormat()),
                null, new Session.Listener() {
                    @Override
                    public void closed(Session closed, CloseReason reason) {
                        sessions.remove(closed);
                    }

                    @Override
                    public void heartbeatMissed(Session missed) {
                        throw new AssertionError("no time passes");
                    }
                });
        service.admit(session).await().atMost(Duration.ofSeconds(20));
        return session;
    }

    /** Format of clients that are sent nothing. */
    private static final class NoFormat extends BytesFormat {

        @Override
        public byte[] encode(Delivery delivery) {
            return null;
        }
    }

    private static final class NoConnection implements ClientConnection, SendQueue {

        @Override
        public SendQueue sendQueue() {
            return this;
        }

        @Override
        public boolean offer(ByteBuf bytes) {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public long pendingBytes() {
            return 0;
        }

        @Override
        public void ping() {
            throw new AssertionError("no time passes");
        }

        @Override
        public void close(CloseReason reason, String detail) {
            // The session is closed without its connection.
        }

        @Override
        public void expiring(long expires) {
            throw new AssertionError("no time passes");
        }
    }
}
