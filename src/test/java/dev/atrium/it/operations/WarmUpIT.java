package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Warm-up of a fresh replica before it is ready, which no client can observe. */
@Tag("alone")
class WarmUpIT {

    private static final String DURATION = "atrium.warm-up.duration";

    @Test
    void a_replica_that_warms_up_is_not_ready_but_serves_and_leaves_no_trace() {
        try (Replica replica = Replica.launch(Map.of(DURATION, "3s"))) {
            replica.awaitStarted();
            assertThat(replica.management("/q/health/ready").body()).contains("\"warm\"", "\"warmUp\": \"running\"");
            assertThat(replica.metric("atrium_warm_up{how=\"running\"}")).isOne();
            assertThat(replica.management("/q/health/ready").statusCode()).isEqualTo(503);
            SocketClient client = replica.plain("/rooms/warm-up");
            client.text("is anybody here?");
            assertThat(client.await(1)).singleElement().hasToString("is anybody here?");
            Awaitility.await("ready").atMost(Duration.ofSeconds(20))
                    .until(() -> replica.management("/q/health/ready").statusCode() == 200);

            assertThat(replica.log()).containsPattern("Warmed up with [1-9]\\d+ connections")
                    .containsPattern("Open http://127\\.0\\.0\\.1:\\d+/rooms/lobby in a browser")
                    .doesNotContain("ERROR", "warm-up has failed");
            assertThat(replica.management("/q/health/ready").body()).contains("\"warmUp\": \"complete\"");
            assertThat(replica.metric("atrium_warm_up{how=\"complete\"}")).isOne();
            assertThat(replica.metric("atrium_warm_up_connections")).isPositive();
            assertThat(client.await(1)).as("no message of the warm-up traffic").hasSize(1);
            assertThat(replica.metric("atrium_connections_opened_total{transport=\"plain\"}")).isEqualTo(1);
            assertThat(replica.metric("atrium_connections_opened_total{transport=\"session\"}")).isZero();
            assertThat(replica.metric("atrium_rooms")).isEqualTo(1);
            assertThat(replica.metric("atrium_messages_delivered_total")).isEqualTo(1);
        }
    }

    /** As on a machine that is busy with something else: every connection of the warm-up in progress times out. */
    @Test
    void a_warm_up_whose_connections_time_out_goes_on_until_its_time_is_over() {
        try (Replica replica = Replica.launch(Map.of(DURATION, "5s"))) {
            replica.awaitStarted();
            replica.signal("STOP");
            // Longer than the timeout of a connection.
            Awaitility.await("pause").pollDelay(Duration.ofMillis(2_500)).until(() -> true);
            replica.signal("CONT");
            Awaitility.await("ready").atMost(Duration.ofSeconds(20))
                    .until(() -> replica.management("/q/health/ready").statusCode() == 200);
            assertThat(replica.log()).containsPattern("Warmed up with [1-9]\\d+ connections");
        }
    }

    @Test
    void a_warm_up_can_be_stopped_in_the_middle() {
        try (Replica replica = Replica.launch(Map.of(DURATION, "1m"))) {
            replica.awaitStarted();
            assertThat(replica.terminate()).isZero();
            assertThat(replica.log()).doesNotContain("ERROR", "\tat ");
        }
    }
}
