package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Health and metrics on the management port. */
class OperationsIT {

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start();
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @Test
    void health_answers_three_questions_on_the_management_port_alone() {
        for (String question : new String[] { "started", "live", "ready" }) {
            replica.givenManagement().get("/q/health/" + question).then().statusCode(200);
            replica.given().get("/q/health/" + question).then().statusCode(404);
        }
        replica.given().get("/q/metrics").then().statusCode(404);
    }

    @Test
    void events_are_counted() {
        double opened = replica.metric("atrium_connections_opened_total{transport=\"plain\"}");
        double left = replica.metric("atrium_connections_closed_total{reason=\"normal\",transport=\"plain\"}");
        double delivered = replica.metric("atrium_messages_delivered_total");
        SocketClient ann = replica.plain("/rooms/counted");
        SocketClient bob = replica.plain("/rooms/counted");
        SocketClient.await().until(() -> replica.metric("atrium_memberships") == 2);
        assertThat(replica.metric("atrium_rooms")).isEqualTo(1);
        assertThat(replica.metric("atrium_connections{transport=\"plain\"}")).isEqualTo(2);
        ann.text("12345");
        bob.await(1);
        ann.await(1);
        SocketClient.await().until(() -> replica.metric("atrium_messages_received_total{transport=\"plain\"}") == 1);
        assertThat(replica.metric("atrium_messages_received_bytes_total{transport=\"plain\"}")).isEqualTo(5);
        assertThat(replica.metric("atrium_messages_delivered_total") - delivered).isEqualTo(2);
        assertThat(replica.metric("atrium_delivery_latency_seconds_count")).isPositive();
        ann.leave();
        bob.leave();
        SocketClient.await().until(
                () -> replica.metric("atrium_connections_closed_total{reason=\"normal\",transport=\"plain\"}") == left + 2);
        assertThat(replica.metric("atrium_connections_opened_total{transport=\"plain\"}")).isEqualTo(opened + 2);
        assertThat(replica.metric("atrium_memberships")).isZero();
    }

    @Test
    void no_label_names_a_room_a_user_or_an_event() {
        try (SessionClient ann = replica.session()) {
            ann.join("a-room-in-no-label");
            ann.call("send", "{\"room\":\"a-room-in-no-label\",\"event\":\"an-event-in-no-label\",\"data\":1}");
            replica.post("/rooms/a-room-in-no-label", "x");
            replica.get("/rooms/a-room-in-no-label/nothing");
        }
        String metrics = replica.management("/q/metrics").body();
        assertThat(metrics).doesNotContain("in-no-label");
        Set<String> labels = new TreeSet<>();
        Matcher matcher = Pattern.compile("^atrium_[a-z_]+\\{([^}]*)}", Pattern.MULTILINE).matcher(metrics);
        while (matcher.find()) {
            for (String label : matcher.group(1).split(",")) {
                labels.add(label.substring(0, label.indexOf('=')));
            }
        }
        assertThat(labels).isSubsetOf("transport", "reason", "code", "le", "kind", "detail", "how",
                // Of atrium_build_info alone: one value for each replica, and joined with other metrics by the conventional name.
                "version");
    }

    @Test
    void the_log_says_in_one_line_that_the_replica_has_no_descriptors_left() throws IOException {
        List<Socket> clients = new ArrayList<>();
        try (Replica few = Replica.startWithDescriptors(300)) {
            for (int i = 0; i < 100; i++) {
                clients.add(new Socket("127.0.0.1", few.port()));
            }
            few.awaitLog("New connections cannot be accepted, and wait, also those of health checks: ");
            for (Socket client : clients) {
                client.close();
            }
            SocketClient.await().untilAsserted(() -> few.givenManagement().get("/q/health/live").then().statusCode(200));
            assertThat(few.log().lines().filter(line -> line.contains("Too many open files"))).hasSize(1);
            assertThat(few.log()).doesNotContain("pipeline");
        }
    }

    @Test
    void the_version_is_a_metric() {
        assertThat(replica.management("/q/metrics").body())
                .containsPattern("atrium_build_info\\{version=\"\\d+\\.\\d+\\.\\d+[^\"]*\"} 1");
    }

    @Test
    void a_replica_that_was_told_not_to_warm_up_says_so() {
        assertThat(replica.management("/q/health/ready").body()).containsPattern("\"warmUp\": \"off\"");
        assertThat(replica.metric("atrium_warm_up{how=\"off\"}")).isOne();
        assertThat(replica.metric("atrium_warm_up{how=\"complete\"}")).isZero();
        assertThat(replica.metric("atrium_warm_up_connections")).isZero();
    }

    @Test
    void a_log_of_json_hides_tokens_too() throws IOException {
        try (Replica json = Replica
                .start(Map.of("quarkus.log.console.json.enabled", "true", "atrium.permissions.everyone", "other:join",
                        "quarkus.log.category.\"dev.atrium.transport.admission\".level", "DEBUG"))) {
            try (Socket socket = new Socket("127.0.0.1", json.port())) {
                socket.getOutputStream()
                        .write("GET ?access_token=secret HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readNBytes(12)).asString(StandardCharsets.US_ASCII)
                        .isEqualTo("HTTP/1.1 400");
            }
            json.awaitLog("Malformed request");
            // Denied, and logged as a line and with fields: without its question mark the URL names a room that contains the token.
            json.given().body("hello").post("/rooms/lobby&access_token=secret").then().statusCode(403);
            json.awaitLog("\"target\":\"/ lobby&access_token=…\"");
            assertThat(json.log()).doesNotContain("secret");
            assertThat(json.log().lines())
                    .allSatisfy(line -> assertThat(SessionClient.json(line).path("message").isTextual()).isTrue());
        }
    }
}
