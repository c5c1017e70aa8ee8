package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.Node;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketIoClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Node backend that publishes through Redis with {@code @socket.io/redis-emitter}. */
class RedisEmitterIT {

    @Test
    void messages_of_an_emitter_reach_the_clients_of_every_replica_for_which_it_is_configured() {
        try (Cluster cluster = Cluster.overRedis(2, Map.of("atrium.socketio.emitters", "socket.io"));
                Replica unaware = Replica.start(
                        Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", cluster.redis().url()));
                SocketIoClient ignored = SocketIoClient.connect(unaware, "/", "websocket");
                SocketIoClient red = SocketIoClient.connect(cluster.replica(0), "/", "websocket");
                SocketIoClient both = SocketIoClient.connect(cluster.replica(1), "/", "polling");
                SocketIoClient none = SocketIoClient.connect(cluster.replica(1), "/", "websocket");
                SocketIoClient other = SocketIoClient.connect(cluster.replica(0), "/other", "websocket")) {
            red.emitWithAck("join", "red");
            both.emitWithAck("join", "red");
            both.emitWithAck("join", "blue");
            SocketIoClient second = other.namespace("/second");
            List<Object> asked = Collections.synchronizedList(new ArrayList<>());
            red.answer("asked", arguments -> asked.add(arguments[0]));

            Node.run("emitter.mjs", cluster.redis().adminUrl(), both.id(), ignored.id());

            for (SocketIoClient client : List.of(red, none)) {
                client.awaitReceived("end", "all 1 {\"two\":[3]} 0x04 null");
                assertThat(client.received("@disconnect")).isEmpty();
            }
            assertThat(asked).as("with an acknowledgement").containsExactly(1);
            assertThat(none.received("asked")).isEmpty();
            assertThat(red.received("room")).hasSize(1);
            assertThat(red.received("union")).hasSize(1);
            assertThat(red.received("foreign")).containsExactly("foreign 0x05");
            assertThat(both.received("foreign")).containsExactly("foreign 0x05");
            assertThat(none.received("foreign")).isEmpty();
            assertThat(red.received("joined")).hasSize(1);
            assertThat(red.received("left")).hasSize(1);
            assertThat(red.received("except")).isEmpty();
            assertThat(red.received("direct")).isEmpty();
            assertThat(none.log()).doesNotContain("room red", "union once", "joined green", "left green", "other namespace")
                    .contains("except not red");
            both.awaitReceived("room red", "union once", "direct to one", "joined green", "@disconnect io server disconnect");
            assertThat(both.received("union")).hasSize(1);
            assertThat(both.received("left")).isEmpty();
            assertThat(both.received("end")).isEmpty();
            other.awaitReceived("other namespace");
            assertThat(other.received("all")).isEmpty();
            none.awaitReceived("date 2026-11-30T02:03:04.567Z {\"at\":\"2026-11-30T02:03:04.567Z\"}");
            for (SocketIoClient each : List.of(other, second)) {
                each.awaitReceived("@disconnect io server disconnect");
            }
            assertThat(ignored.emitWithAck("join", "still-here")).contains("\"code\":200");
            assertThat(ignored.log()).containsExactly("@connect");
        }
    }
}
