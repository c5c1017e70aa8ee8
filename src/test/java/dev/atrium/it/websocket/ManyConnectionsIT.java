package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many connections to one replica: one order of messages, aborted handshakes, and slow clients. */
class ManyConnectionsIT {

    private static final int CLIENTS = 500;

    @Test
    void five_hundred_clients_in_one_room_receive_every_message_in_one_order() {
        List<SocketClient> clients = new ArrayList<>();
        try (Replica replica = Replica.start()) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(replica.plain("/rooms/crowd"));
            }
            SocketClient.await().until(() -> replica.metric("atrium_memberships") == CLIENTS);
            for (SocketClient client : clients.subList(0, 100)) {
                client.text("hello " + clients.indexOf(client));
            }
            List<String> order = clients.get(0).await(100);
            assertThat(order).hasSize(100).doesNotHaveDuplicates();
            for (SocketClient client : clients) {
                assertThat(client.await(100)).isEqualTo(order);
            }
            assertThat(replica.metric("atrium_messages_delivered_total")).isEqualTo(100.0 * CLIENTS);
            for (SocketClient client : clients) {
                client.close();
            }
            SocketClient.await().until(() -> replica.metric("atrium_connections{transport=\"plain\"}") == 0);
            assertThat(replica.metric("atrium_rooms")).isZero();
        }
    }

    @Test
    void clients_that_are_gone_before_it_is_their_turn_do_not_shut_the_door_for_others() throws IOException {
        byte[] handshake = ("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try (Replica replica = Replica.start()) {
            for (int i = 0; i < CLIENTS; i++) {
                try (Socket gone = new Socket("127.0.0.1", replica.port())) {
                    gone.setSoLinger(i % 2 == 0, 0);
                    gone.getOutputStream().write(handshake);
                }
            }
            for (int i = 0; i < 20; i++) {
                try (SessionClient ann = replica.session()) {
                    assertThat(ann.join("open").path("code").asInt()).isEqualTo(200);
                }
            }
            SocketClient.await().until(() -> replica.metric("atrium_connections{transport=\"session\"}") == 0);
            assertThat(replica.log()).doesNotContain("ERROR", "\tat ");
        }
    }

    @Test
    void a_client_that_does_not_read_is_closed_with_4409_and_costs_the_others_nothing() throws IOException {
        try (Replica replica = Replica.start(java.util.Map.of("atrium.outbox.limit", "64K"));
                RawSocket slow = RawSocket.connect(replica.port(), "/rooms/slow");
                SocketClient fast = replica.plain("/rooms/slow")) {
            SocketClient.await().until(() -> replica.metric("atrium_memberships") == 2);
            String chunk = "x".repeat(50_000);
            int sent = 0;
            while (replica.metric("atrium_connections_closed_total{reason=\"slow_consumer\",transport=\"plain\"}") == 0) {
                for (int i = 0; i < 20; i++) {
                    fast.text(chunk);
                    sent++;
                    fast.await(sent);
                }
                assertThat(sent).as("messages without a closed client").isLessThan(2_000);
            }
            assertThat(replica.metric("atrium_outbox_bytes")).isLessThan(2 * 64 * 1024);
            assertThat(slow.closeCode()).isEqualTo(4409);
            assertThat(fast.isOpen()).isTrue();
            assertThat(fast.received()).hasSize(sent);
        }
    }
}
