package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.application.TestClients;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.backplane.memory.MemorySettings;
import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.Events;
import dev.atrium.gateway.RoomService;
import dev.atrium.gateway.TestCluster;
import dev.atrium.room.Audience;
import dev.atrium.room.Node;
import dev.atrium.room.Rooms;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.SessionFixture;
import dev.atrium.session.Sessions;
import dev.atrium.tracing.Tracing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of emitters and of servers of Node: the clients that they concern. */
class RedisEmitterSubscriberTest extends SessionFixture {

    private static final String PREFIX = "socket.io";
    private static final String CHANNEL = PREFIX + "-request#/#";

    private final Node node = Node.create();
    private final MemoryBackplane backplane = new MemoryBackplane(node, new MemorySettings(Duration.ofMinutes(1),
            new HistoryPolicy(10, Duration.ofMinutes(1)), Duration.ZERO, Duration.ZERO, Clock.systemUTC()));
    private final Sessions sessions = new Sessions(node, config());
    private final RoomService service = new RoomService(backplane, sessions, new Rooms(backplane, (message, members) -> {
    }, Tracing.off()), new Events(), Tracing.off());
    private final Cluster cluster = TestCluster.of(backplane, sessions);
    private final RedisEmitterSubscriber subscriber = new RedisEmitterSubscriber(cluster, TestClients.of(service, cluster),
            null);
    private final Connection connection = new Connection();
    private final Session ann = session();
    private final Session bob = session();

    @AfterEach
    void close() {
        assertThat(connection.written).as("sent to the clients").isEmpty();
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

    /** Emitters in other languages publish one message on the channel of each of its rooms. */
    @Test
    void a_client_in_two_rooms_is_sent_a_broadcast_by_the_channel_of_the_first() throws IOException {
        JsonNode options = new ObjectMapper().readTree("{\"rooms\":[\"red\",\"blue\"],\"except\":[\"green\"]}");
        assertThat(RedisEmitterSubscriber.audience(options, "red#")).isEqualTo(new Audience(Set.of("red"), Set.of("green")));
        assertThat(RedisEmitterSubscriber.audience(options, "blue#"))
                .isEqualTo(new Audience(Set.of("blue"), Set.of("green", "red")));
        for (String room : List.of("", "black#", "#")) {
            assertThat(RedisEmitterSubscriber.audience(options, room))
                    .isEqualTo(new Audience(Set.of("red", "blue"), Set.of("green")));
        }
    }

    @Test
    void an_empty_message_is_skipped() {
        subscriber.received(PREFIX, CHANNEL, new byte[0]);
        assertThat(ann.isOpen()).isTrue();
    }

    /** A length that a message does not have: of a map, an array, a text, bytes and an extension. */
    @ParameterizedTest
    @ValueSource(strings = { "df7fffffff", "dd7fffffff", "db7fffffff", "c67fffffff", "c97fffffff01", "c6ffffffff", "c1",
            "93a0" })
    void a_message_that_was_cut_off_is_skipped_and_takes_no_memory(String hex) {
        for (String channel : List.of(CHANNEL, PREFIX + "#/#")) {
            assertThatThrownBy(() -> subscriber.received(PREFIX, channel, HexFormat.of().parseHex(hex)))
                    .isInstanceOf(RuntimeException.class);
            assertThatThrownBy(() -> subscriber.received(PREFIX, channel, HexFormat.of().parseHex("93a0c0" + hex)))
                    .isInstanceOf(RuntimeException.class);
        }
    }

    @Test
    void a_message_of_too_many_levels_is_skipped() {
        String deep = "91".repeat(100_000) + "01";
        byte[] message = HexFormat.of().parseHex("93a082a47479706502a46461746192a161" + deep + "80");
        assertThatThrownBy(() -> subscriber.received(PREFIX, PREFIX + "#/#", message)).isInstanceOf(RuntimeException.class)
                .hasMessageContaining("levels");
    }

    private void request(String json) {
        subscriber.received(PREFIX, CHANNEL, json.getBytes(StandardCharsets.UTF_8));
        turn();
    }

    private Session session() {
        Session session = open(sessions, connection, new Reports() {

            @Override
            public void closed(Session closed, CloseReason reason) {
                sessions.remove(closed);
            }
        });
        service.admit(session).await().atMost(Duration.ofSeconds(20));
        return session;
    }
}
