package dev.atrium.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.SocketClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Application whose clients recover their connection state. */
@QuarkusTest
@TestProfile(RecoveryApplicationIT.Profile.class)
class RecoveryApplicationIT {

    public static final class Profile extends ApplicationProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> all = new HashMap<>(super.getConfigOverrides());
            all.put("atrium.socketio.connection-state-recovery", "true");
            return all;
        }
    }

    @TestHTTPResource("/")
    URI main;

    /** The stock client takes the last argument of an event for its offset if it is a string. */
    @Test
    void every_event_without_acknowledgement_ends_with_an_offset_whoever_sends_it() {
        URI url = URI.create(main.toString().replace("http", "ws") + "socket.io/?EIO=4&transport=websocket");
        try (SocketClient client = SocketClient.connect(url)) {
            client.await(1);
            client.text("40/lab,{}");
            // The connect handler emits what the client has presented.
            assertThat(client.await(3).get(2)).isEqualTo("42/lab,[\"auth\",{},\"\"]");
            String sid = client.received().get(1).replaceAll(".*\"sid\":\"([^\"]+)\".*", "$1");
            client.text("42/lab,[\"hi\"]");
            assertThat(client.await(4).get(3)).as("nothing was received so far").isEqualTo("42/lab,[\"private\",\"hi\",\"\"]");
            client.text("42/lab,[\"tell\",[\"" + sid + "\"],[],\"all\"]");
            String told = client.await(5).get(4);
            assertThat(told).matches("42/lab,\\[\"told\",\"all\",\"\\d+\\.[^\"]+\"]");
            String offset = told.substring(told.lastIndexOf(",\"") + 1);
            client.text("42/lab,[\"hi\"]");
            assertThat(client.await(6).get(5)).isEqualTo("42/lab,[\"private\",\"hi\"," + offset);
            client.text("42/lab,[\"ask me\"]");
            assertThat(client.await(7).get(6)).as("the client's last argument is its acknowledgement")
                    .matches("42/lab,\\d+\\[\"question\",6,7]");
        }
    }

    @Test
    void a_client_may_acknowledge_with_several_values() {
        URI url = URI.create(main.toString().replace("http", "ws") + "socket.io/?EIO=4&transport=websocket");
        try (SocketClient client = SocketClient.connect(url)) {
            client.await(1);
            client.text("40/lab,{}");
            client.await(3);
            client.text("42/lab,7[\"ask me for all\"]");
            String question = client.await(4).get(3);
            client.text("43/lab," + question.replaceAll("^42/lab,(\\d+)\\[.*", "$1") + "[1,\"two\",{\"three\":3}]");
            assertThat(client.await(5).get(4)).isEqualTo("43/lab,7[\"[1, \\\"two\\\", {\\\"three\\\":3}]\"]");
        }
    }
}
