package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.ClusterContract;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Connection state recovery of Socket.IO: {@code pid} and {@code offset} of the stock client. */
abstract class RecoveryContract extends ClusterContract {

    static final Map<String, String> SETTINGS = Map.of("atrium.socketio.connection-state-recovery", "true",
            "atrium.history.namespace.\"/none*\".size", "0", "atrium.outbox.limit", "64K");

    /** Messages of two rooms with this distance in time have a known order. */
    static final Duration SURELY_APART = Duration.ofMillis(1_100);

    private static final ObjectMapper JSON = new ObjectMapper();

    RecoveryContract(Cluster cluster) {
        super(cluster);
    }

    @Test
    void a_client_that_was_cut_continues_elsewhere_and_misses_nothing() {
        Client before = connect(here(), "");
        before.join("recovered");
        say("recovered", "one");
        before.awaitReceived("one");
        before.socket.cut();
        say("recovered", "two");
        say("recovered", "three");

        Client after = connect(elsewhere(), before.auth());

        assertThat(after.isRecoveryOf(before)).isTrue();
        after.awaitReceived("two", "three");
        say("recovered", "four");
        after.awaitReceived("two", "three", "four");
        assertThat(here().get("/rooms/recovered/members").body()).contains(before.sid());
    }

    @Test
    void a_client_can_be_cut_again_and_again() {
        Client client = connect(here(), "");
        client.join("again");
        say("again", "0");
        client.awaitReceived("0");
        for (int i = 1; i < 9; i++) {
            client.socket.cut();
            say("again", Integer.toString(i));
            Client next = connect(i % 2 == 0 ? here() : elsewhere(), client.auth());
            assertThat(next.isRecoveryOf(client)).isTrue();
            next.awaitReceived(Integer.toString(i));
            client = next;
        }
    }

    @Test
    void a_client_whose_old_connection_is_not_known_to_be_gone_recovers() {
        Client before = connect(here(), "");
        before.join("half-dead");
        say("half-dead", "one");
        before.awaitReceived("one");

        Client after = connect(elsewhere(), before.auth());

        assertThat(after.isRecoveryOf(before)).isTrue();
        assertThat(before.socket.awaitClose()).isNotEqualTo(-1);
        say("half-dead", "two");
        after.awaitReceived("two");
    }

    @Test
    void a_client_that_disconnected_or_received_nothing_or_forged_its_state_is_not_recovered() {
        Client gone = connect(here(), "");
        gone.join("gone");
        say("gone", "one");
        gone.awaitReceived("one");
        gone.socket.text("41");
        gone.socket.text("1");
        gone.socket.awaitClose();
        assertAnew(gone, gone.auth());
        Client client = connect(here(), "");
        client.join("made-up");
        say("made-up", "one");
        client.awaitReceived("one");
        client.socket.cut();
        assertAnew(client, "{\"pid\":\"" + client.pid() + "\"}");
        assertAnew(client, "{\"pid\":\"" + client.pid() + "\",\"offset\":\"nonsense\"}");
        assertAnew(client, "{\"pid\":\"" + client.pid() + "\",\"offset\":7}");
        assertAnew(client, "{\"pid\":\"nobody\",\"offset\":\"" + client.offset() + "\"}");
    }

    @Test
    void messages_that_were_not_kept_cannot_be_recovered() {
        Client before = connect(here(), "", "/none");
        before.join("unkept");
        say("unkept?ns=/none", "one");
        before.awaitReceived("one");
        before.socket.cut();
        say("unkept?ns=/none", "two");

        Client after = connect(elsewhere(), before.auth(), "/none");

        assertThat(after.isRecoveryOf(before)).isFalse();
    }

    @Test
    void messages_of_another_of_its_rooms_arrive_once_or_the_client_is_not_recovered() {
        Client before = connect(here(), "");
        before.join("two-a");
        before.join("two-b");
        say("two-b", "long ago");
        before.awaitReceived("long ago");
        letPass(SURELY_APART);
        say("two-a", "one");
        before.awaitReceived("long ago", "one");
        before.socket.cut();
        letPass(SURELY_APART);
        say("two-b", "two");
        say("two-a", "three");

        Client after = connect(elsewhere(), before.auth());

        assertThat(after.isRecoveryOf(before)).isTrue();
        SocketClient.await().untilAsserted(() -> assertThat(after.received()).containsExactlyInAnyOrder("two", "three"));
        say("two-b", "four");
        say("two-a", "five");
        Client unsure = connect(here(), after.auth());
        assertThat(unsure.isRecoveryOf(after)).as("the server cannot know what the client received from the other room")
                .isFalse();
    }

    @Test
    void messages_missed_in_several_rooms_are_sent_in_the_order_of_publication() {
        Client before = connect(here(), "");
        before.join("many-a");
        before.join("many-b");
        say("many-a", "first");
        before.awaitReceived("first");
        before.socket.cut();
        letPass(SURELY_APART);
        for (String word : List.of("1", "2", "3", "4", "5", "6")) {
            say(Integer.parseInt(word) % 2 == 0 ? "many-a" : "many-b", word);
        }

        Client after = connect(elsewhere(), before.auth());

        assertThat(after.isRecoveryOf(before)).isTrue();
        after.awaitReceived("1", "2", "3", "4", "5", "6");
    }

    @Test
    void each_namespace_of_a_half_dead_connection_recovers() {
        Client one = connect(here(), "");
        one.join("ns-one");
        say("ns-one", "one");
        one.awaitReceived("one");
        Client two = one.second("/two");
        two.join("ns-two");
        say("ns-two?ns=/two", "two");
        two.awaitReceived("two");

        Client oneAgain = connect(elsewhere(), one.auth());
        assertThat(oneAgain.isRecoveryOf(one)).isTrue();
        one.socket.awaitClose();
        Client twoAgain = connect(elsewhere(), two.auth(), "/two");

        assertThat(twoAgain.isRecoveryOf(two)).isTrue();
        say("ns-two?ns=/two", "three");
        twoAgain.awaitReceived("three");
    }

    @Test
    void a_client_that_missed_more_than_its_send_queue_takes_begins_anew() {
        Client before = connect(here(), "");
        before.join("behind");
        say("behind", "one");
        before.awaitReceived("one");
        before.socket.cut();
        for (int i = 0; i < 5; i++) {
            say("behind", i + "x".repeat(30_000));
        }

        String after = WithEngineIo.connectByPolling(elsewhere());
        elsewhere().post(after, "40" + before.auth());

        String packets = elsewhere().get(after).body();
        assertThat(packets).contains("\"pid\":").doesNotContain(before.pid()).doesNotContain("xxx");
        elsewhere().post(after, "1");
    }

    final void say(String room, String text) {
        String[] parts = room.split("\\?");
        String query = parts.length > 1 ? "&" + parts[1] : "";
        assertThat(elsewhere().post("/rooms/" + parts[0] + "?event=said" + query, text).statusCode()).isEqualTo(201);
    }

    static void letPass(Duration time) {
        Awaitility.await().pollDelay(time).until(() -> true);
    }

    private void assertAnew(Client former, String auth) {
        Client anew = connect(elsewhere(), auth);
        assertThat(anew.isRecoveryOf(former)).isFalse();
        assertThat(anew.pid()).isNotEmpty();
        anew.socket.cut();
    }

    final Client connect(Replica replica, String auth) {
        return connect(replica, auth, "/");
    }

    final Client connect(Replica replica, String auth, String namespace) {
        Client client = new Client(replica.plain("/socket.io/?EIO=4&transport=websocket"), namespace);
        client.socket.text("40" + client.prefix + auth);
        client.socket.await(2);
        return client;
    }

    /** Client that implements the protocol by hand, and keeps the same recovery state as the stock client. */
    static final class Client {

        final SocketClient socket;
        private final String prefix;

        Client(SocketClient socket, String namespace) {
            this.socket = socket;
            this.prefix = namespace.equals("/") ? "" : namespace + ",";
        }

        /** The same connection in another namespace. */
        Client second(String namespace) {
            Client other = new Client(socket, namespace);
            socket.text("40" + namespace + ",");
            SocketClient.await()
                    .until(() -> socket.received().stream().anyMatch(packet -> packet.startsWith("40" + namespace)));
            return other;
        }

        void join(String room) {
            socket.text("42" + prefix + "1[\"join\",\"" + room + "\"]");
            SocketClient.await().until(() -> socket.received().stream()
                    .anyMatch(packet -> packet.startsWith("43" + prefix + "1[") && packet.contains("\"" + room + "\"")));
        }

        /** Received messages, in order. */
        List<String> received() {
            return events().stream().map(event -> event.path(1).asText()).toList();
        }

        void awaitReceived(String... words) {
            SocketClient.await().untilAsserted(() -> assertThat(received()).containsExactly(words));
        }

        String offset() {
            List<JsonNode> events = events();
            JsonNode last = events.get(events.size() - 1);
            return last.path(last.size() - 1).asText();
        }

        String auth() {
            return "{\"pid\":\"" + pid() + "\",\"offset\":\"" + offset() + "\"}";
        }

        String pid() {
            return connected().path("pid").asText();
        }

        String sid() {
            return connected().path("sid").asText();
        }

        boolean isRecoveryOf(Client former) {
            assertThat(pid().equals(former.pid())).isEqualTo(sid().equals(former.sid()));
            return pid().equals(former.pid());
        }

        private JsonNode connected() {
            return parse(socket.received().stream().filter(packet -> packet.startsWith("40" + prefix + "{")).findFirst()
                    .orElseThrow()
                    .substring(2 + prefix.length()));
        }

        private List<JsonNode> events() {
            String head = "42" + prefix + "[\"said\"";
            return socket.received().stream().filter(packet -> packet.startsWith(head))
                    .map(packet -> parse(packet.substring(2 + prefix.length()))).toList();
        }

        private static JsonNode parse(String json) {
            try {
                return JSON.readTree(json);
            } catch (IOException e) {
                throw new AssertionError(json, e);
            }
        }
    }
}
