package dev.atrium.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a URL names, however it is written. */
class RequestUrlIT {

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = SharedReplicas.open();
    }

    private static RawHttp.Answer request(String line, String headers, String body) throws IOException {
        try (RawHttp client = RawHttp.connect(replica.port())) {
            return client.send(line + " HTTP/1.1\nHost: a\n" + headers + "Content-Length: " + body.length() + "\n\n" + body)
                    .answer();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "/rooms/normal", "/rooms//normal", "/rooms/./normal", "/rooms/other/../normal",
            "/rooms/other/%2E%2e/normal/", "/rooms/normal/.", "/rooms/normal/%2E", "/rooms/normal//", "/rooms/n%6Frmal" })
    void a_path_names_the_room_that_its_normal_form_names(String path) throws IOException {
        assertThat(request("GET " + path, "", "").body()).contains("\"room\":\"normal\"");
        assertThat(request("GET " + path + "/messages//", "", "").body()).contains("\"room\":\"normal\"");
        String published = request("POST " + path, "Content-Type: text/plain\n", "x").body();
        assertThat(replica.get("/rooms/normal").body())
                .contains("\"offset\":" + published.replaceAll(".*offset\":(\\d+).*", "$1"));
    }

    @Test
    void a_slash_in_a_name_stays_one() throws IOException {
        assertThat(request("GET /rooms//a%2F..%2fb/messages//", "", "").body()).contains("\"room\":\"a/../b\"");
    }

    @Test
    void a_plain_socket_cannot_join_a_session_s_own_room_by_another_path() throws IOException {
        try (SessionClient ann = replica.session()) {
            for (String path : new String[] { "", "/.", "//", "/x/.." }) {
                try (RawSocket socket = RawSocket.connect(replica.port(), "/rooms/" + ann.id() + path, "")) {
                    assertThat(socket.status()).as(path).isEqualTo(403);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "DELETE /users/ann/sessions?ns=       | ns: expected a namespace that begins with /",
            "DELETE /sessions/x?ns                | ns: expected a namespace that begins with /",
            "GET /rooms?ns=                       | ns: expected a namespace that begins with /",
            "GET /rooms/empty?ns=                 | ns: expected a namespace that begins with /",
            "GET /rooms/empty/members?ns=         | ns: expected a namespace that begins with /",
            "GET /rooms/empty/messages?ns=        | ns: expected a namespace that begins with /",
            "GET /rtc/ice?ns=                     | ns: expected a namespace that begins with /",
            "POST /rooms/empty?ns=                | ns: expected a namespace that begins with /",
            "POST /rooms/empty?to=                | to: expected none, because the message is not volatile",
            "POST /rooms/empty?volatile&to=       | to: expected the id of a session",
            "POST /rooms/empty?event=             | event: expected a name, or none for \\\"message\\\"",
            "POST /rooms/empty?ns=/a;b            | query: expected & between parameters, and %3B for a semicolon",
            "POST /rooms/empty?event=a;b          | query: expected &",
            "GET /rooms/empty?access_token=a;b    | query: expected &",
            "GET /socket.io/?EIO=4&transport=polling;x | query: expected &",
            "DELETE /users/%FF/sessions           | user: expected percent-encoded UTF-8",
            "DELETE /sessions/%FF                 | id: expected percent-encoded UTF-8",
            "POST /rooms/a?ns=/%FF                | ns: expected percent-encoded UTF-8",
            "POST /rooms/a?event=%FF              | event: expected percent-encoded UTF-8",
            "GET /rooms?connect=yes               | connect: expected true or false",
            "GET /rooms?limit=                    | limit: expected a number",
            "GET /rooms?cursor=                   | cursor: expected the next of the page before",
            "GET /rooms?prefix=%FF                | prefix: expected percent-encoded UTF-8",
            "GET /rooms?ns=/a&ns=/b               | ns: expected once",
            "GET /rooms?access_token=a&access_token=b | access_token: expected once",
            "GET /rooms?access_token=a&ACCESS_TOKEN=b | access_token: expected once",
            "GET /rooms/empty?after&as=iframe     | after: expected epoch:offset, or an offset",
            "GET /rooms/empty?as=page             | as: expected iframe",
            "GET /rooms/empty?as=iframe&as=page   | as: expected once",
            "GET /rooms/empty/members?by=         | by: expected session or user",
            "GET /rooms/empty/members?cursor      | cursor: expected the next of the page before",
            "GET /rooms/empty/members?limit=      | limit: expected a number",
            "GET /rooms/empty/messages?after=     | after: expected epoch:offset, or an offset",
            "GET /rooms/empty/messages?before=    | before: expected a number",
            "GET /rooms/empty/messages?limit      | limit: expected a number",
            "GET /rooms/empty/messages?wait=&after=0 | wait: expected a number",
    })
    void what_is_there_but_means_nothing_is_refused(String line, String detail) throws IOException {
        RawHttp.Answer answer = request(line, "", "");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("\"detail\":\"" + detail);
        replica.given().get("/rooms/empty").then().body("offset", equalTo(0));
        replica.given().get("/rooms?ns=/a").then().body("rooms", hasSize(0));
    }

    @ParameterizedTest
    @ValueSource(strings = { "Idempotency-Key:\n", "Idempotency-Key: a\nIdempotency-Key: b\n" })
    void an_idempotency_key_that_is_none_is_refused(String headers) throws IOException {
        RawHttp.Answer answer = request("POST /rooms/empty-key", headers, "");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("\"detail\":\"Idempotency-Key: expected 1 to 64 printable");
    }

    @Test
    void a_semicolon_is_a_part_of_a_name() throws IOException {
        request("POST /rooms/semi;colon?ns=/a%3Bb&event=c%3Bd", "Content-Type: text/plain\n", "x");
        replica.given().get("/rooms/semi%3Bcolon/messages?ns=/a%3Bb").then().body("messages.event[0]", equalTo("c;d"));
        replica.given().get("/rooms/semi?ns=/a%3Bb").then().body("offset", equalTo(0));
    }
}
