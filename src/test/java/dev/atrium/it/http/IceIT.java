package dev.atrium.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.Tokens;
import dev.atrium.it.fixture.TurnServer;
import io.restassured.path.json.JsonPath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** {@code GET /rtc/ice}, with a real TURN server. */
class IceIT {

    private static final long TTL_SECONDS = 4;

    @Test
    void the_credentials_open_the_turn_server_until_they_expire() {
        try (TurnServer turn = TurnServer.start();
                Replica replica = Replica.start(Tokens.required(Map.of("atrium.ice.urls", "stun:127.0.0.1:3478," + turn.url(),
                        "atrium.ice.turn-secret", TurnServer.SECRET, "atrium.ice.ttl", TTL_SECONDS + "s",
                        "atrium.limits.messages", "1")))) {
            long before = Instant.now().getEpochSecond();
            String token = Tokens.of("Ann O'Neil", "lobby:join");
            JsonPath answer = replica.given().auth().oauth2(token).header("Origin", "https://app.example.com").get("/rtc/ice")
                    .then().statusCode(200).header("Cache-Control", "no-store").contentType("application/json")
                    .header("Access-Control-Allow-Origin", "https://app.example.com").header("Vary", "Origin")
                    .body("ttl", equalTo((int) TTL_SECONDS), "iceServers[0]",
                            equalTo(Map.of("urls", List.of("stun:127.0.0.1:3478"))))
                    .body("iceServers[1].urls[0]", equalTo(turn.url())).extract().jsonPath();
            String username = answer.getString("iceServers[1].username");
            String credential = answer.getString("iceServers[1].credential");
            assertThat(turn.allocate(username, credential)).isEqualTo(200);
            assertThat(turn.allocate(username, credential.toLowerCase())).isEqualTo(401);
            assertThat(turn.allocate(username.replace("Ann", "Bob"), credential)).isEqualTo(401);
            assertThat(username).endsWith(":Ann%20O%27Neil");
            assertThat(Long.parseLong(username.substring(0, username.indexOf(':')))).isBetween(before + TTL_SECONDS,
                    Instant.now().getEpochSecond() + TTL_SECONDS);

            replica.given().get("/rtc/ice").then().statusCode(401).contentType("application/problem+json");
            replica.given().auth().oauth2(Tokens.expired()).get("/rtc/ice").then().statusCode(401);
            replica.given().auth().oauth2(Tokens.of("bob", "/chat *:join")).get("/rtc/ice").then().statusCode(403);
            replica.given().auth().oauth2(Tokens.of("bob", "/chat *:join")).get("/rtc/ice?ns=/chat").then().statusCode(200);
            replica.given().get("/rtc/ice?access_token=" + Tokens.of("eve", "lobby:join")).then().statusCode(200);
            replica.given().auth().oauth2(token).get("/rtc/ice?ns=chat").then().statusCode(400).body("detail",
                    startsWith("ns: "));
            replica.given().auth().oauth2(token).post("/rtc/ice").then().statusCode(405)
                    .contentType("application/problem+json");
            assertThat(replica.log()).doesNotContain(credential, TurnServer.SECRET);
            String eager = Tokens.of("carl", "lobby:join");
            Awaitility.await("charged like any request")
                    .until(() -> replica.given().auth().oauth2(eager).get("/rtc/ice").statusCode() == 429);

            Awaitility.await("expired").atMost(Duration.ofSeconds(TTL_SECONDS + 10)).pollInterval(Duration.ofMillis(200))
                    .until(() -> turn.allocate(username, credential) == 401);
        }
    }

    @Test
    void without_settings_there_are_no_servers_and_paths_below_make_no_labels() {
        try (Replica replica = Replica.start(Map.of("atrium.origins", "https://app.example.com"))) {
            replica.given().get("/rtc/ice").then().statusCode(200).body("iceServers", empty(), "ttl", equalTo(3600));
            replica.given().header("Origin", "https://evil.example").get("/rtc/ice").then().statusCode(403);
            for (String path : new String[] { "/rtc/ice;a=1", "/rtc/first", "/rtc/second", "/rtc/ice/third" }) {
                replica.given().get(path);
            }
            assertThat(replica.management("/q/metrics").body()).doesNotContain("a=1", "rtc/first", "rtc/second", "third");
        }
    }
}
