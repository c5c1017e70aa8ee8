package dev.atrium.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a real browser makes of a room. */
class BrowserIT {

    /** Of the server's origin, and without a policy of its own: the room's page would let no frame in. */
    private static final String BLANK = "/rooms/blank/messages";

    private static Browser browser;
    private static Replica replica;

    @BeforeAll
    static void start() {
        browser = Browser.start();
        replica = Replica.start();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (replica != null) {
            replica.close();
        }
    }

    @Test
    void its_own_event_source_comes_back_to_where_it_was() {
        browser.open(replica.http(BLANK));
        browser.run("window.heard = []; window.ids = []; const source = new EventSource('/rooms/events');"
                + "source.onmessage = event => heard.push(JSON.parse(event.data).data);"
                + "source.addEventListener('@welcome', event => ids.push(JSON.parse(event.data).data.id));");
        SocketClient.await().until(() -> browser.run("return ids.length").asInt() == 1);
        replica.post("/rooms/events", "one");
        awaitHeard("[\"one\"]");
        replica.request("DELETE", "/sessions/" + browser.run("return ids[0]").asText());
        replica.post("/rooms/events", "two");
        replica.post("/rooms/events", "three");
        SocketClient.await().until(() -> browser.run("return ids.length").asInt() == 2);
        awaitHeard("[\"one\",\"two\",\"three\"]");
    }

    @Test
    void an_endless_page_in_an_iframe_calls_its_parent_and_is_no_way_in() {
        String attack = "\"</script><script>parent.hacked = true</script>\"";
        browser.open(replica.http(BLANK));
        replica.post("/rooms/frame", "application/json", attack.getBytes(StandardCharsets.UTF_8));
        browser.run("window.heard = []; window.onRoomMessage = message => heard.push(message.data);"
                + "const frame = document.createElement('iframe'); frame.src = '/rooms/frame?as=iframe&after=0';"
                + "document.body.append(frame);");
        SocketClient.await().until(() -> browser.run("return heard.length").asInt() == 2);
        replica.post("/rooms/frame", "after it");
        SocketClient.await().until(() -> browser.run("return heard.length").asInt() == 3);
        assertThat(browser.run("return heard[1]").asText()).isEqualTo("</script><script>parent.hacked = true</script>");
        assertThat(browser.run("return heard[2]").asText()).isEqualTo("after it");
        assertThat(browser.run("return window.hacked === undefined").asBoolean()).isTrue();
    }

    private static void awaitHeard(String json) {
        SocketClient.await().untilAsserted(() -> assertThat(browser.run("return heard")).hasToString(json));
    }
}
