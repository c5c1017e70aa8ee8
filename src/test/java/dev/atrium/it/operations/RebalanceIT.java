package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.fixture.StreamClient;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Rebalancing: a replica that continues to run sends clients to other replicas, so that the load evens out. */
class RebalanceIT {

    /** With a line break at the end of the key, as a variable has it that is filled from a file. */
    private static final Map<String, String> OLD_AND_WITH_KEY = Map.of("atrium.connection.max-age", "2s",
            "atrium.connection.max-age-jitter", "50", "atrium.drain.key", "a-key-of-sixteen-or-more\n");

    @AutoClose
    private static final SharedReplicas SHARED = new SharedReplicas();

    private static List<SessionClient> sessions(Replica replica, int count) {
        List<SessionClient> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sessions.add(replica.session());
        }
        return sessions;
    }

    @Test
    void an_operator_sends_some_sessions_elsewhere_and_the_replica_stays_ready() {
        try (Replica replica = Replica.start(Map.of("atrium.drain.window", "2s"))) {
            List<SessionClient> sessions = sessions(replica, 20);
            Response begun = replica.givenManagement().post("/admin/drain?sessions=8");
            // Before the response is examined, which takes as long as the drain when rest-assured does it for the first time.
            assertThat(sessions).filteredOn(SocketClient::isOpen).as("not all at once").hasSizeGreaterThan(14);
            begun.then().statusCode(202).header("Content-Type", "application/json").body(equalTo("{\"draining\":8}"));
            replica.givenManagement().post("/admin/drain?sessions=1").then().statusCode(409)
                    .body(containsString("in progress"));
            SocketClient.await().until(() -> sessions.stream().filter(session -> !session.isOpen()).count() == 8);
            SocketClient.await().until(() -> replica.metric("atrium_drained_total{how=\"told\"}") == 8);
            assertThat(replica.metric("atrium_drain_sessions")).isZero();
            assertThat(sessions).filteredOn(session -> !session.isOpen()).allSatisfy(session -> {
                assertThat(session.awaitClose()).isEqualTo(1001);
                assertThat(session.pushes("@goodbye").get(0).at("/data/reconnect/after").isInt()).isTrue();
            });
            replica.givenManagement().get("/q/health/ready").then().statusCode(200);
            assertThat(replica.metric("atrium_draining")).isZero();
            SocketClient.await().untilAsserted(() -> replica.givenManagement().post("/admin/drain?sessions=1000").then()
                    .body(equalTo("{\"draining\":12}")));
            SocketClient.await().until(() -> sessions.stream().noneMatch(SocketClient::isOpen));
            try (SessionClient back = replica.session()) {
                assertThat(back.isOpen()).isTrue();
            }
        }
    }

    @Test
    void an_invalid_request_is_answered_with_the_expected_form() {
        Replica replica = SHARED.with(Map.of());
        for (String query : List.of("", "?sessions=", "?sessions=0", "?sessions=-1", "?sessions=many", "?sessions=1.5",
                "?sessions=99999999999", "?sessions=%25zz", "?session=5")) {
            replica.givenManagement().post("/admin/drain" + query).then().statusCode(400)
                    .header("Content-Type", "application/problem+json")
                    .body(containsString("sessions: expected"), containsString("from 1 to"));
        }
        replica.givenManagement().post("/admin/drain?sessions=1&sessions=2").then().statusCode(400)
                .body(containsString("sessions: expected once"));
        replica.givenManagement().get("/admin/drain?sessions=1").then().statusCode(405).header("Allow", "POST");
        // Not for clients.
        replica.given().post("/admin/drain?sessions=1").then().statusCode(404);
        // No client is connected.
        replica.givenManagement().post("/admin/drain?sessions=5").then().body(equalTo("{\"draining\":0}"));
    }

    @Test
    void without_a_key_no_page_and_no_proxy_drains_a_replica() {
        Replica replica = SHARED.with(Map.of());
        for (String header : List.of("Origin", "Forwarded", "X-Forwarded-For")) {
            replica.givenManagement().header(header, "https://example.com").post("/admin/drain?sessions=1").then()
                    .statusCode(403).body(containsString("atrium.drain.key"));
        }
    }

    @Test
    void with_a_key_every_drain_needs_it() {
        Replica replica = SHARED.with(OLD_AND_WITH_KEY);
        replica.givenManagement().post("/admin/drain?sessions=1").then().statusCode(401)
                .header("WWW-Authenticate", "Bearer").body(containsString("atrium.drain.key"));
        for (String wrong : List.of("Bearer ", "Bearer a-key-of-sixteen-or-mor", "Bearer a-key-of-sixteen-or-more2",
                "Basic a-key-of-sixteen-or-more")) {
            replica.givenManagement().header("Authorization", wrong).post("/admin/drain?sessions=1").then().statusCode(401);
        }
        replica.givenManagement().header("Authorization", "Bearer a-key-of-sixteen-or-more")
                .header("X-Forwarded-For", "192.0.2.1").post("/admin/drain?sessions=1").then().statusCode(202);
    }

    @Test
    void a_connection_that_is_old_enough_is_sent_away_each_at_a_time_of_its_own() {
        Replica replica = SHARED.with(OLD_AND_WITH_KEY);
        try (StreamClient stream = replica.stream("/rooms/a", "Accept", "text/event-stream");
                SocketIoClient socketIo = SocketIoClient.connect(replica, "/", "websocket")) {
            long start = System.nanoTime();
            SocketClient plain = replica.plain("/rooms/a");
            List<SessionClient> sessions = sessions(replica, 20);
            SocketClient.await().until(() -> sessions.stream().anyMatch(session -> !session.isOpen()));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as("the first").isGreaterThan(Duration.ofMillis(900));
            assertThat(sessions).as("not all at once").filteredOn(SocketClient::isOpen).hasSizeGreaterThan(10);
            for (SessionClient session : sessions) {
                assertThat(session.awaitClose()).isEqualTo(1001);
                assertThat(session.closeReason()).isEqualTo("connect again, to whatever replica there is");
                assertThat(session.pushes("@goodbye")).hasSize(1);
            }
            assertThat(plain.awaitClose()).isEqualTo(1001);
            stream.awaitEnd();
            SocketClient.await().until(() -> socketIo.received("@connect").size() > 1);
            assertThat(replica.metric("atrium_connections_closed_total{reason=\"rebalanced\",transport=\"session\"}"))
                    .isEqualTo(20);
        }
    }
}
