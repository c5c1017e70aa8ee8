package dev.atrium.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketIoClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.json.JSONArray;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations of an application on clients of another replica. */
@QuarkusTest
@TestProfile(ApplicationProfile.class)
@WithTestResource(RedisResource.class)
class RedisApplicationIT {

    @TestHTTPResource("/lab")
    URI lab;

    private static Replica elsewhere;
    private SocketIoClient operator;
    private SocketIoClient here;
    private SocketIoClient there;

    @BeforeEach
    void start() {
        // Not injected: an injected setting would be required of every application under test.
        String redis = ConfigProvider.getConfig().getValue("quarkus.redis.hosts", String.class);
        if (elsewhere == null || !elsewhere.isAlive()) {
            elsewhere = Replica.start(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis));
        }
        operator = SocketIoClient.connect(lab, "websocket", Map.of()).awaitConnected();
        // The clients of the test before are gone.
        SocketIoClient.await().until(() -> new JSONArray(operator.emitWithAck("who", new JSONArray())).length() == 1);
        here = SocketIoClient.connect(lab, "polling", Map.of()).awaitConnected();
        there = SocketIoClient.connect(elsewhere, "/lab", "websocket");
        here.emitWithAck("enter", "both");
        there.emitWithAck("join", "both");
    }

    @AfterEach
    void stop() {
        operator.close();
        here.close();
        there.close();
    }

    @AfterAll
    static void stopElsewhere() {
        if (elsewhere != null) {
            elsewhere.close();
        }
    }

    @Test
    void everyone_is_known_wherever_they_are() throws Exception {
        here.emitWithAck("remember", "color", "blue");

        JSONArray known = new JSONArray(operator.emitWithAck("who", new JSONArray().put("both")));

        assertThat(known.length()).isEqualTo(2);
        assertThat(known.toString()).contains(here.id(), there.id(), "\"color\":\"blue\"", "\"rooms\":[\"both\"]")
                .doesNotContain(operator.id());
        assertThat(new JSONArray(operator.emitWithAck("who", new JSONArray())).length()).isEqualTo(3);
    }

    @Test
    void acknowledgements_are_collected_from_everywhere() {
        here.answer("question", arguments -> "here " + arguments[0] + " " + ((byte[]) arguments[1]).length);
        there.answer("question", arguments -> "there " + arguments[0] + " " + ((byte[]) arguments[1]).length);

        String answers = operator.emitWithAck("ask all", new JSONArray().put("both"), 3000);

        assertThat(answers).contains("\"complete\":true", "here 6 1", "there 6 1");
    }

    @Test
    void a_client_that_does_not_acknowledge_in_time_is_not_waited_for() {
        there.answer("question", arguments -> "there");

        String answers = operator.emitWithAck("ask all", new JSONArray().put("both"), 300);

        assertThat(answers).contains("\"complete\":false", "[\"there\"]");
    }

    @Test
    void others_are_moved_and_sent_away_wherever_they_are() {
        assertThat(operator.emitWithAck("move", "both", "next")).isEqualTo("2");
        operator.emitWithAck("tell", new JSONArray().put("next"), new JSONArray().put(here.id()), "hello");
        operator.emitWithAck("tell", new JSONArray().put("both"), new JSONArray(), "nobody");
        there.awaitReceived("told hello");
        assertThat(here.received("told")).isEmpty();

        assertThat(operator.emitWithAck("send away", "next")).isEqualTo("2");

        here.awaitReceived("@disconnect io server disconnect");
        there.awaitReceived("@disconnect io server disconnect");
        assertThat(there.log()).doesNotContain("told nobody");
        assertThat(operator.emitWithAck("later", "still here")).isEqualTo("still here");
    }

    @ParameterizedTest
    @EnumSource
    void requests_that_a_body_handler_has_read_reach_the_connections_of_other_replicas(Version version) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(version).build();
        String polling = "/socket.io/?EIO=4&transport=polling";
        String connection = polling + "&sid=" + elsewhere.get(polling).body().replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1");
        assertThat(signed(client, connection, "POST", BodyPublishers.ofString("40"))).isEqualTo("ok");
        assertThat(signed(client, connection, "GET", BodyPublishers.noBody())).startsWith("40{");
        // Of no known length: in chunks.
        BodyPublisher chunks = BodyPublishers.fromPublisher(BodyPublishers.ofString("41"));
        assertThat(signed(client, connection, "POST", chunks)).isEqualTo("ok");
        String unknown = connection.replaceAll("...$", "---");
        assertThat(signed(client, unknown, "POST", BodyPublishers.ofString("40"))).contains("Session ID unknown");
        String gone = polling + "&sid=" + "n".repeat(20);
        assertThat(signed(client, gone, "POST", BodyPublishers.ofString("40"))).contains("Session ID unknown");
    }

    private String signed(HttpClient client, String path, String method, BodyPublisher body) throws Exception {
        return client.send(HttpRequest.newBuilder(lab.resolve(path)).timeout(Duration.ofSeconds(5))
                .header("X-Signature", "s").method(method, body).build(), BodyHandlers.ofString()).body();
    }

    @Test
    void a_replica_that_was_killed_is_not_waited_for() {
        elsewhere.kill();
        here.answer("question", arguments -> "here");
        assertThat(operator.emitWithAck("ask all", new JSONArray().put("both"), 1000)).contains("\"complete\":true",
                "[\"here\"]");
    }
}
