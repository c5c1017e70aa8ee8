package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many new connections at once while a room delivers, so that they are read for the first time in turns. */
class NewConnectionsIT {

    private static final int MANY = 200;
    private static final byte[] HANDSHAKE = ("GET /echo HTTP/1.1\r\n" + RawSocket.HANDSHAKE + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    private static final Duration SOON = Duration.ofSeconds(10);

    private static Replica replica;
    private static SocketClient member;
    private static ScheduledExecutorService publisher;

    private final List<RawHttp> clients = new ArrayList<>();
    private int delivered;

    @BeforeAll
    static void deliver() {
        replica = Replica.start(Map.of("atrium.limits.header-time", "2s", "quarkus.vertx.event-loops-pool-size", "1"));
        member = SocketClient.connect(replica.ws("/rooms/busy"));
        publisher = Executors.newSingleThreadScheduledExecutor();
        publisher.scheduleWithFixedDelay(() -> member.text("m"), 0, 10, TimeUnit.MILLISECONDS);
        member.await(3);
    }

    @AfterAll
    static void stop() {
        publisher.shutdownNow();
        member.close();
        replica.close();
    }

    @BeforeEach
    void countDelivered() {
        delivered = member.received().size();
    }

    @AfterEach
    void closeClients() throws IOException {
        for (RawHttp client : clients) {
            client.close();
        }
    }

    /** Waits until the room has delivered so many messages since the test began. */
    private void awaitDelivered(int count) {
        member.await(delivered + count);
    }

    private RawHttp connect() throws IOException {
        RawHttp client = RawHttp.connect(replica.port());
        clients.add(client);
        return client;
    }

    @Test
    void each_handshake_is_answered() throws IOException {
        for (int i = 0; i < MANY; i++) {
            connect().send(HANDSHAKE);
        }
        for (RawHttp client : clients) {
            assertThat(client.answer().status()).isEqualTo(101);
        }
        awaitDelivered(10);
    }

    @Test
    void one_that_sends_nothing_is_closed_after_its_deadline() throws IOException {
        for (int i = 0; i < MANY; i++) {
            connect();
        }
        // Less than the deadline of the connections.
        awaitDelivered(20);
        for (RawHttp client : clients) {
            assertThat(client.isClosedWithin(SOON)).isTrue();
        }
    }

    @Test
    void those_that_are_gone_before_their_turn_harm_nobody() throws IOException {
        for (int i = 0; i < MANY; i++) {
            connect().send(HANDSHAKE).close();
        }
        assertThat(connect().send(HANDSHAKE).answer().status()).isEqualTo(101);
        awaitDelivered(10);
        assertThat(replica.log()).doesNotContain("ERROR").doesNotContain("Exception");
    }
}
