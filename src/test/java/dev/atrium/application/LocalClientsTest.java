package dev.atrium.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.backplane.memory.MemorySettings;
import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Events;
import dev.atrium.gateway.RoomService;
import dev.atrium.gateway.TestCluster;
import dev.atrium.room.Audience;
import dev.atrium.room.Delivery;
import dev.atrium.room.Node;
import dev.atrium.room.RoomId;
import dev.atrium.room.Rooms;
import dev.atrium.room.WireFormat;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.Permissions;
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
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Operations on the clients of this replica that belong to an audience. */
class LocalClientsTest {

    private static final Audience ALL = new Audience(Set.of(), Set.of());
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final Node node = Node.create();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final MemoryBackplane backplane = new MemoryBackplane(node, new MemorySettings(Duration.ofMinutes(1),
            new HistoryPolicy(10, Duration.ofMinutes(1)), Duration.ZERO, Duration.ZERO, Clock.systemUTC()));
    private final Sessions sessions = new Sessions(node, new SmallRyeConfigBuilder().withMapping(SessionConfig.class).build()
            .getConfigMapping(SessionConfig.class));
    private final RoomService service = new RoomService(backplane, sessions, new Rooms(backplane, (message, members) -> {
    }, Tracing.off()),
            new Events(), Tracing.off());
    private final Cluster cluster = TestCluster.of(backplane, sessions);
    private final Clients clients = new Clients(service, cluster, new Operations(service, cluster));
    private final List<String> closed = new ArrayList<>();

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void only_open_sessions_of_the_namespace_that_belong_to_the_audience_count() {
        Session ann = session("/", "Ann");
        Session bob = session("/", "Bob");
        session("/chat", "Eve");
        join(ann, "red");
        join(bob, "red");
        join(bob, "blue");
        assertThat(seen(ALL)).containsExactlyInAnyOrder(ann, bob);
        assertThat(seen(new Audience(Set.of("red"), Set.of()))).containsExactlyInAnyOrder(ann, bob);
        assertThat(seen(new Audience(Set.of("blue", "green"), Set.of()))).containsExactly(bob);
        assertThat(seen(new Audience(Set.of("red"), Set.of("blue")))).containsExactly(ann);
        assertThat(seen(new Audience(Set.of("green"), Set.of()))).isEmpty();
        ann.close(CloseReason.NORMAL);
        assertThat(seen(ALL)).containsExactly(bob);
    }

    @Test
    void work_that_fails_for_one_client_costs_the_others_nothing_and_does_not_count() {
        Session ann = session("/", "Ann");
        Session bob = session("/", "Bob");
        List<Session> done = new ArrayList<>();
        assertThat(await(clients.here("/", ALL).each(session -> {
            if (session == ann) {
                throw new IllegalStateException("on purpose");
            }
            done.add(session);
        }))).isEqualTo(1);
        assertThat(done).containsExactly(bob);
    }

    @Test
    void nothing_is_done_before_the_uni_is_subscribed_to() {
        List<Session> done = new ArrayList<>();
        session("/", "Ann");
        Uni<Integer> later = clients.here("/", ALL).each(done::add);
        assertThat(done).isEmpty();
        assertThat(await(later)).isEqualTo(1);
        assertThat(done).hasSize(1);
    }

    @Test
    void clients_are_joined_to_rooms_and_taken_out_of_them() {
        Session ann = session("/", "Ann");
        TestClient bob = new TestClient(clients, session("/", "Bob"));
        assertThat(await(clients.here("/", ALL).join(Set.of("red", "blue")))).isEqualTo(2);
        assertThat(ann.isIn("red")).isTrue();
        assertThat(ann.isIn("blue")).isTrue();
        assertThat(ann.granted()).as("whatever its token grants").containsExactlyInAnyOrder("red", "blue");
        assertThat(bob.rooms()).containsExactlyInAnyOrder("red", "blue");
        assertThat(await(backplane.members(RoomId.of("/", "red")))).hasSize(2);
        assertThat(await(clients.here("/", new Audience(Set.of("blue"), Set.of())).leave(Set.of("blue", "green"))))
                .isEqualTo(2);
        assertThat(ann.isIn("blue")).isFalse();
        assertThat(ann.granted()).containsExactly("red");
        assertThat(bob.rooms()).containsExactly("red");
        assertThat(await(clients.here("/", new Audience(Set.of("blue"), Set.of())).leave(Set.of("red")))).isZero();
        assertThat(ann.isIn("red")).isTrue();
    }

    @Test
    void clients_are_disconnected_in_a_later_task_of_their_loops() {
        Session ann = session("/", "Ann");
        Session eve = session("/chat", "Eve");
        assertThat(await(clients.here("/", ALL).disconnect())).isEqualTo(1);
        channel.runPendingTasks();
        assertThat(ann.isOpen()).isFalse();
        assertThat(eve.isOpen()).isTrue();
        assertThat(closed).containsExactly("Ann DISCONNECTED");
    }

    @Test
    void a_client_shows_its_user_its_named_rooms_and_its_attributes() {
        Session ann = session("/", "Ann");
        join(ann, "red");
        TestClient bob = new TestClient(clients, session("/", null));
        bob.attributes().put("level", 3);
        bob.attributes().put("what has no JSON", new Object());
        assertThat(await(clients.here("/", ALL).fetch())).containsExactlyInAnyOrder(
                new RemoteClient(ann.id(), "Ann", Set.of("red"), Values.JSON.createObjectNode()),
                new RemoteClient(bob.id(), null, Set.of(), Values.JSON.createObjectNode().put("level", 3)));
    }

    @Test
    void only_clients_that_acknowledge_are_asked_and_those_that_fail_have_no_value() {
        session("/", "Ann");
        new TestClient(clients, session("/", "Bob")).acknowledges = false;
        new TestClient(clients, session("/", "Eve")).answer = Uni.createFrom().item(IntNode.valueOf(7));
        new TestClient(clients, session("/", "Kim")).answer = Uni.createFrom().failure(new ErrorReply(504, "too late"));
        TestClient zoe = new TestClient(clients, session("/", "Zoe"));
        zoe.answer = Uni.createFrom().item(TextNode.valueOf("yes"));
        LocalClients.LocalAcks asked = await(
                clients.here("/", ALL).emitWithAck(TIMEOUT, "question", List.of(TextNode.valueOf("why"))));
        assertThat(asked.asked()).isEqualTo(3);
        assertThat(asked.values()).containsExactlyInAnyOrder(IntNode.valueOf(7), TextNode.valueOf("yes"));
        assertThat(zoe.asked).containsExactly("question [\"why\"] in PT1S");
    }

    @Test
    void a_room_that_a_client_cannot_join_is_an_error_and_is_not_granted() {
        TestClient ann = new TestClient(clients, session("/", "Ann"));
        String other = session("/", "Bob").id();
        assertThatThrownBy(() -> await(ann.join(other))).isInstanceOfSatisfying(ErrorReply.class,
                error -> assertThat(error.code()).isEqualTo(403));
        assertThatThrownBy(() -> ann.join("")).isInstanceOfSatisfying(ErrorReply.class,
                error -> assertThat(error.code()).isEqualTo(400));
        assertThat(ann.rooms()).isEmpty();
        assertThat(sessions.find(ann.id()).granted()).isEmpty();
        await(ann.join("red"));
        assertThat(sessions.find(ann.id()).granted()).containsExactly("red");
    }

    @Test
    void the_rooms_of_a_client_are_those_that_it_joined_itself_too() {
        Session session = session("/", "Ann");
        join(session, "red");
        TestClient ann = new TestClient(clients, session);
        join(session, "blue");
        await(ann.join("green"));
        await(service.leave(session, RoomId.of("/", "red")));
        assertThat(ann.rooms()).containsExactlyInAnyOrder("blue", "green");
        session.closed(CloseReason.CONNECTION_LOST);
        session.left(RoomId.of("/", "blue"));
        assertThat(ann.rooms()).as("for its disconnect handler").containsExactlyInAnyOrder("blue", "green");
    }

    @Test
    void a_client_that_watches_a_room_does_so_after_the_application_has_joined_it_too() {
        Session session = session("/", "Ann");
        await(service.join(session, RoomId.of("/", "red"), true, null));
        await(new TestClient(clients, session).join("red"));
        assertThat(session.membership(RoomId.of("/", "red")).watchesPresence()).isTrue();
        assertThat(session.granted()).containsExactly("red");
    }

    private List<Session> seen(Audience audience) {
        List<Session> seen = new ArrayList<>();
        assertThat(await(clients.here("/", audience).each(seen::add))).isEqualTo(seen.size());
        return seen;
    }

    private void join(Session session, String room) {
        await(service.join(session, RoomId.of(session.namespace(), room), false, null));
    }

    @Test
    void a_session_that_is_not_admitted_yet_is_no_client() {
        open("/", "Ann");
        Session bob = session("/", "Bob");
        assertThat(seen(ALL)).containsExactly(bob);
    }

    private Session session(String namespace, String user) {
        Session session = open(namespace, user);
        await(service.admit(session));
        return session;
    }

    private Session open(String namespace, String user) {
        Identity identity = user == null ? Identity.ANONYMOUS
                : new Identity(Identity.Kind.TOKEN, user, Permissions.NONE, Identity.NEVER);
        return sessions.open(new SessionRequest(new Caller(identity, ""), channel.eventLoop(), namespace, Transport.SESSION,
                new NoConnection(),
                new NoFormat()), null, new Session.Listener() {
                    @Override
                    public void closed(Session session, CloseReason reason) {
                        closed.add(session.self().user() + " " + reason);
                    }

                    @Override
                    public void heartbeatMissed(Session session) {
                        throw new AssertionError("no time passes");
                    }
                });
    }

    private static <T> T await(Uni<T> work) {
        return work.await().atMost(Duration.ofSeconds(20));
    }

    private static final class TestClient extends SessionHandle {

        private final List<String> asked = new ArrayList<>();
        private boolean acknowledges = true;
        private Uni<JsonNode> answer = Uni.createFrom().failure(new AssertionError("not to be asked"));

        TestClient(Clients clients, Session session) {
            super(clients, session);
        }

        @Override
        public void emit(String event, Object... arguments) {
            throw new AssertionError("not asked for");
        }

        @Override
        public Uni<List<JsonNode>> emitWithAckValues(Duration timeout, String event, Object... arguments) {
            asked.add(event + " " + List.of(arguments) + " in " + timeout);
            return answer.map(List::of);
        }

        @Override
        public boolean acknowledges() {
            return acknowledges;
        }
    }

    private static final class NoConnection implements ClientConnection, SendQueue {

        @Override
        public SendQueue sendQueue() {
            return this;
        }

        @Override
        public boolean offer(ByteBuf bytes) {
            bytes.release();
            return true;
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
            // The listener knows.
        }
    }

    private static final class NoFormat implements WireFormat<ByteBuf> {

        @Override
        public byte[] encode(Delivery delivery) {
            return null;
        }

        @Override
        public ByteBuf join(List<byte[]> encoded) {
            throw new AssertionError("nothing is encoded");
        }

        @Override
        public void release(ByteBuf joined) {
            throw new AssertionError("nothing is joined");
        }
    }
}
