package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shutdown of a replica after SIGTERM. */
class ShutdownIT {

    @Test
    void sigterm_sends_a_goodbye_closes_with_1001_and_exits_with_0_whether_or_not_a_client_answers() throws Exception {
        try (Replica replica = Replica.start(); RawSocket rude = RawSocket.connect(replica.port(), "/rooms/a")) {
            List<SessionClient> sessions = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                sessions.add(replica.session());
            }
            sessions.get(0).join("a");
            SocketClient plain = replica.plain("/rooms/a");
            plain.text("ping");
            plain.await(1);
            long start = System.nanoTime();
            assertThat(replica.terminate()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            assertThat(plain.awaitClose()).isEqualTo(1001);
            assertThat(rude.closeCode()).isEqualTo(1001);
            List<Integer> delays = new ArrayList<>();
            for (SessionClient session : sessions) {
                assertThat(session.awaitClose()).isEqualTo(1001);
                assertThat(session.closeReason()).isEqualTo("the replica is going away");
                JsonNode goodbye = session.pushes("@goodbye").get(0).path("data");
                assertThat(goodbye.path("reason").asText()).isEqualTo("the replica is going away");
                assertThat(goodbye.at("/reconnect/after").isInt()).isTrue();
                delays.add(goodbye.at("/reconnect/after").asInt());
            }
            assertThat(delays.stream().distinct().count()).as("so that they do not reconnect at once").isGreaterThan(40);
            assertThat(replica.log()).containsPattern("The drain is complete: \\d+ sessions were closed; 0 connections")
                    .doesNotContain("Exception");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "TERM", "INT" })
    void a_replica_that_is_stopped_while_it_starts_ends_without_a_word(String signal) {
        try (Replica replica = Replica.launch(Map.of())) {
            // The first line of a start, before anything listens.
            replica.awaitLog("atrium.auth.mode is open");
            replica.signal(signal);
            assertThat(replica.exitCode()).isZero();
            assertThat(replica.log().lines()).hasSize(1);
        }
    }

    @Test
    void a_process_that_does_not_end_by_itself_is_halted() throws Exception {
        // Quarkus waits for the request, which never ends.
        try (Replica replica = Replica.start(Map.of("quarkus.shutdown.timeout", "10m", "atrium.drain.grace", "1s"));
                Socket endless = new Socket(InetAddress.getLoopbackAddress(), replica.port())) {
            endless.getOutputStream().write(("POST /rooms/a HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
                    + "Content-Length: 100\r\n\r\nhalf").getBytes(StandardCharsets.US_ASCII));
            long start = System.nanoTime();
            assertThat(replica.terminate()).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
            assertThat(replica.log()).contains("quarkus.shutdown.timeout is 600000 ms", "the process is halted");
        }
    }

    @Test
    void members_of_a_replica_that_stops_leave_the_rooms_that_others_share_and_a_lone_connection_does_not_hold_it_up() {
        try (RedisProcess redis = RedisProcess.start();
                Replica stays = Replica.with(redis);
                Replica goes = Replica.start(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url(),
                        "atrium.drain.grace", "30s"));
                SessionClient ann = stays.session()) {
            ann.call("join", "{\"room\":\"shared\",\"presence\":true}");
            SessionClient bob = goes.session();
            bob.join("shared");
            ann.pushes("@joined", 1);
            // A connection of Engine.IO that is in no namespace.
            assertThat(goes.get("/socket.io/?EIO=4&transport=polling").statusCode()).isEqualTo(200);
            long start = System.nanoTime();
            assertThat(goes.terminate()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            assertThat(goes.log()).as("Redis was there to the end").doesNotContain("is down", "ERROR");
            assertThat(ann.pushes("@left", 1).get(0).at("/data/id").asText()).isEqualTo(bob.id());
            assertThat(ann.call("members", "{\"room\":\"shared\"}").at("/body/members")).hasSize(1);
        }
    }
}
