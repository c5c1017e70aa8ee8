package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upgrade from long polls to a WebSocket, in each order in which the server can receive the requests of the two. */
class EngineIoUpgradeIT extends WithEngineIo {

    @Test
    void a_poll_that_comes_with_the_upgrade_is_refused_whichever_is_first() {
        for (int i = 0; i < 20; i++) {
            String session = connectByPolling(replica);
            try (SocketClient socket = replica.plain(asWebSocket(session))) {
                socket.text("2probe");
                socket.text("5");
                assertThat(poll(session).statusCode()).isEqualTo(400);
                socket.text("40");
                assertThat(socket.await(2).get(1)).startsWith("40{");
            }
        }
    }

    @Test
    void a_client_upgrades_and_waiting_packets_arrive_by_the_websocket() {
        String session = joinByPolling(replica);
        try (SocketClient socket = probe(session)) {
            CompletableFuture<HttpResponse<String>> poll = pollLater(session);

            assertThat(poll.join().body()).isEqualTo("6");
            post(session, "42[\"said\",\"meanwhile\"]");
            socket.text("5");

            assertThat(socket.await(2).get(1)).isEqualTo("42[\"said\",\"meanwhile\"]");
            socket.text("42[\"said\",\"afterwards\"]");
            assertThat(socket.await(3).get(2)).isEqualTo("42[\"said\",\"afterwards\"]");
            assertThat(poll(session).body()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
            assertThat(post(session, "6").body()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
            assertThat(replica.post(session, "application/octet-stream", new byte[] { 4 }).body())
                    .isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
            socket.text("42[\"said\",\"still here\"]");
            assertThat(socket.await(4).get(3)).isEqualTo("42[\"said\",\"still here\"]");
        }
    }

    @Test
    void of_two_websockets_for_one_connection_the_second_is_closed() {
        String session = joinByPolling(replica);
        try (SocketClient first = probe(session); SocketClient second = replica.plain(asWebSocket(session))) {
            assertThat(second.awaitClose()).isEqualTo(1005);
            first.text("5");
            first.text("42[\"still\",\"here\"]");
            assertThat(first.await(2).get(1)).isEqualTo("42[\"still\",\"here\"]");
            try (SocketClient third = replica.plain(asWebSocket(session))) {
                assertThat(third.awaitClose()).isEqualTo(1005);
            }
            first.text("42[\"still\",\"there\"]");
            assertThat(first.await(3).get(2)).isEqualTo("42[\"still\",\"there\"]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "40", "2", "6", "nonsense" })
    void a_websocket_that_does_not_probe_costs_the_connection_nothing(String first) {
        String session = joinByPolling(replica);
        try (SocketClient socket = replica.plain(asWebSocket(session))) {
            socket.text(first);
            assertThat(socket.awaitClose()).isEqualTo(1005);
        }
        post(session, "42[\"still\",\"here\"]");
        assertThat(poll(session).body()).isEqualTo("42[\"still\",\"here\"]");
        try (SocketClient again = probe(session)) {
            again.text("5");
            again.text("42[\"and\",\"now\"]");
            assertThat(again.await(2).get(1)).isEqualTo("42[\"and\",\"now\"]");
        }
    }

    @Test
    void a_websocket_that_closes_before_the_upgrade_does_not_affect_the_connection() {
        String session = joinByPolling(replica);
        probe(session).cut();
        post(session, "42[\"still\",\"here\"]");
        assertThat(poll(session).body()).isEqualTo("42[\"still\",\"here\"]");
    }

    @Test
    void many_messages_cross_over_in_their_order() {
        String session = joinByPolling(replica);
        try (SocketClient socket = probe(session)) {
            socket.text("5");
            for (int i = 0; i < 500; i++) {
                socket.text("42[\"count\"," + i + "]");
            }
            List<String> received = socket.await(501);
            for (int i = 0; i < 500; i++) {
                assertThat(received.get(i + 1)).isEqualTo("42[\"count\"," + i + "]");
            }
        }
    }

    @Test
    void packets_that_wait_for_earlier_ones_are_upgraded_in_order() {
        for (int round = 0; round < 8; round++) {
            String session = joinByPolling(replica);
            try (SocketClient socket = probe(session)) {
                socket.text("5");
                for (int i = 0; i < 50; i++) {
                    socket.text("42" + i + "[\"join\",\"order-" + round + "-" + i + "\"]");
                    socket.text("42[\"send\",\"order-" + round + "-" + i + "\",\"in\"," + i + "]");
                    socket.text("42" + (100 + i) + "[\"leave\",\"order-" + round + "-" + i + "\"]");
                }
                SocketClient.await()
                        .untilAsserted(() -> assertThat(socket.received()).anyMatch(each -> each.startsWith("43149[")));
                List<String> joins = socket.received().stream().filter(each -> each.matches("43\\d\\d?\\[.*")).toList();
                assertThat(joins).hasSize(50).allMatch(each -> each.contains("\"code\":200"));
            }
        }
    }

    @Test
    void a_client_that_upgrades_while_its_post_arrives_is_cut() throws IOException {
        String session = connectByPolling(replica);
        try (SocketClient socket = probe(session);
                RawHttp post = RawHttp.connect(replica.port()).send("POST " + session
                        + " HTTP/1.1\nHost: a\nContent-Type: text/plain\nContent-Length: 2\nExpect: 100-continue\n\n")) {
            assertThat(post.answer().status()).isEqualTo(100);
            post.send("4");
            socket.text("5");
            assertThat(post.answer().status()).isEqualTo(400);
            assertThat(socket.awaitClose()).isEqualTo(1005);
            assertThat(poll(session).body()).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
        }
    }

    @Test
    void a_post_beside_an_upgrade_is_answered_and_the_client_is_connected_or_cut() {
        String session = connectByPolling(replica);
        try (SocketClient socket = probe(session)) {
            CompletableFuture<HttpResponse<String>> post = HTTP.sendAsync(
                    HttpRequest.newBuilder(URI.create(replica.http(session)))
                            .POST(HttpRequest.BodyPublishers.ofString("40" + (SEPARATOR + "42[\"x\"]").repeat(1000))).build(),
                    HttpResponse.BodyHandlers.ofString());
            socket.text("5");
            // Either request may arrive first; both are answered, and neither hangs.
            int status = post.orTimeout(5, TimeUnit.SECONDS).join().statusCode();
            assertThat(status).isIn(200, 400);
            if (status == 400 && poll(session).body().contains("Bad request")) {
                // Upgraded before the POST, which therefore connected to no namespace.
                socket.text("40");
            }
            SocketClient.await().until(() -> !socket.isOpen()
                    || socket.received().stream().anyMatch(packet -> packet.startsWith("40{")));
        }
    }
}
