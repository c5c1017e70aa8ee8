package dev.atrium.example;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.atrium.it.fixture.CapturedLog;
import dev.atrium.it.fixture.SocketClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.config.HttpClientConfig;
import io.restassured.config.RestAssuredConfig;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** A handler that blocks its event loop, which no other client of that loop can be told. */
@QuarkusTest
@TestProfile(BlockedEventLoopIT.Profile.class)
class BlockedEventLoopIT {

    public static final class Profile extends ApplicationProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> all = new HashMap<>(super.getConfigOverrides());
            all.put("atrium.event-loop.unready-after", "1s");
            all.put("atrium.event-loop.dead-after", "2s");
            return all;
        }
    }

    private static final RestAssuredConfig IMPATIENT = RestAssuredConfig.config()
            .httpClient(HttpClientConfig.httpClientConfig().setParam("http.socket.timeout", 500));

    @TestHTTPResource("/")
    URI main;

    @TestHTTPResource(value = "/health", management = true)
    URI health;

    @Test
    void the_replica_is_not_ready_and_later_not_live_and_logs_what_the_loop_does() {
        URI url = URI.create(main.toString().replace("http", "ws") + "socket.io/?EIO=4&transport=websocket");
        try (CapturedLog log = new CapturedLog("dev.atrium.operations.EventLoopWatchdog");
                SocketClient client = SocketClient.connect(url)) {
            client.await(1);
            client.text("40/lab,{}");
            client.await(3);
            expect("ready", 200);
            client.text("42/lab,[\"block\",10000]");
            expect("ready", 503);
            expect("live", 503);
            Assertions.assertThat(log.entries).hasSize(1);
            Assertions.assertThat(log.entries.get(0).getThrown().getStackTrace()).extracting(StackTraceElement::getMethodName)
                    .contains("block");
            expect("live", 200);
            expect("ready", 200);
        }
    }

    /** A request may hit the blocked loop itself: it is repeated on another connection after the timeout. */
    private void expect(String probe, int status) {
        SocketClient.await().ignoreExceptions().untilAsserted(
                () -> given().config(IMPATIENT).get(health + "/" + probe).then().statusCode(equalTo(status)));
    }
}
