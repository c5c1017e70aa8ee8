package dev.atrium.example;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.CapturedLog;
import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.SocketClient;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.config.HttpClientConfig;
import io.restassured.config.RestAssuredConfig;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;

/** A task that blocks its event loop, which no client of that loop can be told. */
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

    @TestHTTPResource(value = "/health", management = true)
    URI health;

    @TestHTTPResource("/")
    URI main;

    @Inject
    Vertx vertx;

    @Test
    void the_replica_is_not_ready_and_later_not_live_and_logs_what_the_loop_does() {
        SocketClient.await().until(() -> status("ready") == 200);
        for (EventExecutor loop : vertx.nettyEventLoopGroup()) {
            CountDownLatch released = new CountDownLatch(1);
            try (CapturedLog log = new CapturedLog("dev.atrium.operations.EventLoopWatchdog")) {
                loop.execute(() -> block(released));
                if (probesFail()) {
                    assertThat(log.entries).hasSize(1);
                    assertThat(log.entries.get(0).getThrown().getStackTrace()).extracting(StackTraceElement::getMethodName)
                            .contains("block");
                    List<ExtLogRecord> refusals = refusals(released);
                    assertThat(refusals).isNotEmpty()
                            .noneMatch(InitialConfigurator.DELAYED_HANDLER.getHandlers()[0]::isLoggable);
                    return;
                }
            } finally {
                released.countDown();
            }
        }
        throw new AssertionError("no probe failed while an event loop was blocked");
    }

    /** Returns whether the probes fail; there is no answer at all if the blocked loop is the one that serves them. */
    private boolean probesFail() {
        try {
            Awaitility.await().atMost(Duration.ofSeconds(6)).until(() -> status("ready") == 503 && status("live") == 503);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    /** Connects while a loop is blocked, and returns what Netty reports of it once the loop runs again. */
    private List<ExtLogRecord> refusals(CountDownLatch released) {
        try (CapturedLog log = new CapturedLog("io.netty.bootstrap.ServerBootstrap")) {
            assertThat(newConnections()).contains("served", "refused").doesNotContain("waits");
            released.countDown();
            SocketClient.await().until(() -> status("live") == 200 && status("ready") == 200);
            return log.entries;
        }
    }

    /** Returns what becomes of new connections: the event loops take turns. */
    private List<String> newConnections() {
        List<String> results = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            try (RawHttp client = RawHttp.connect(main.getPort())) {
                results.add(client.send("GET /rooms HTTP/1.1\nHost: a\n\n").answer().status() == 200 ? "served" : "failed");
            } catch (SocketTimeoutException e) {
                results.add("waits");
            } catch (IOException e) {
                results.add("refused");
            }
        }
        return results;
    }

    private int status(String probe) {
        try {
            return given().config(IMPATIENT).get(health + "/" + probe).statusCode();
        } catch (Exception e) {
            // No answer in time. RestAssured throws checked exceptions that it does not declare.
            return 0;
        }
    }

    private static void block(CountDownLatch released) {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
