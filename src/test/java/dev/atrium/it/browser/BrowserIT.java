package dev.atrium.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.Cluster;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rooms in a real browser. */
class BrowserIT extends WithReplica {

    /** Page of the server's origin without a content security policy: that of the room's page forbids frames. */
    private static final String BLANK = "/rooms/blank/messages";

    @Test
    void the_event_source_of_a_browser_resumes_at_its_position() {
        Page page = browser.open(replica.http(BLANK));
        page.evaluate("() => { window.received = []; window.ids = []; const source = new EventSource('/rooms/events');"
                + "source.onmessage = event => received.push(JSON.parse(event.data).data);"
                + "source.addEventListener('@welcome', event => ids.push(JSON.parse(event.data).data.id)); }");
        Browser.await(page, "ids.length", 1);
        replica.post("/rooms/events", "one");
        Browser.await(page, "received", List.of("one"));
        replica.request("DELETE", "/sessions/" + page.evaluate("ids[0]"));
        replica.post("/rooms/events", "two");
        replica.post("/rooms/events", "three");
        Browser.await(page, "ids.length", 2);
        Browser.await(page, "received", List.of("one", "two", "three"));
    }

    @Test
    void event_sources_come_back_after_a_replica_that_drained_and_started_again() {
        try (Cluster own = Cluster.inMemory(Map.of("atrium.drain.delay", "1s", "atrium.drain.window", "1s"))) {
            Page page = browser.open(own.replica(0).http(BLANK));
            page.evaluate("() => { window.sources = [1, 2, 3, 4, 5].map(i => {"
                    + "const source = new EventSource('/rooms/back'); source.welcomes = 0;"
                    + "source.addEventListener('@welcome', () => source.welcomes++); return source; }); }");
            Browser.await(page, "sources.every(source => source.welcomes === 1)", true);
            own.replica(0).terminate();
            own.restartOnItsPort(0);
            Browser.await(page, "sources.every(source => source.welcomes >= 2 && source.readyState === 1)", true);
            page.evaluate("() => sources.forEach(source => source.close())");
        }
    }

    @Test
    void an_endless_page_in_an_iframe_calls_its_parent_and_is_no_way_in() {
        String attack = "\"</script><script>parent.hacked = true</script>\"";
        Page page = browser.open(replica.http(BLANK));
        replica.post("/rooms/frame", "application/json", attack.getBytes(StandardCharsets.UTF_8));
        page.evaluate("() => { window.received = []; window.onRoomMessage = message => received.push(message.data);"
                + "const frame = document.createElement('iframe'); frame.src = '/rooms/frame?as=iframe&after=0';"
                + "document.body.append(frame); }");
        Browser.await(page, "received.length", 2);
        replica.post("/rooms/frame", "after it");
        Browser.await(page, "received.length", 3);
        assertThat(page.evaluate("received[1]")).isEqualTo("</script><script>parent.hacked = true</script>");
        assertThat(page.evaluate("received[2]")).isEqualTo("after it");
        assertThat(page.evaluate("window.hacked === undefined")).isEqualTo(true);
    }
}
