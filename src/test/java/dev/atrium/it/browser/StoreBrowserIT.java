package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Room data that a browser stores in IndexedDB. */
class StoreBrowserIT extends WithBrowser {

    private static final Path CLIENT = Path.of("target/classes/META-INF/resources/atrium.js");

    private static final String CHAT = """
            <!doctype html>
            <script type="module">
              import { connect } from "/atrium.js";
              window.connection = connect(location.hash.slice(1), { store: "ann's", backoff: { least: 20, most: 200 } });
              window.received = [];
              window.lobby = connection.room("lobby");
              lobby.on("message", (data, { stored }) => received.push(stored ? `${data} again` : data));
              lobby.on("@gap", () => received.push("a gap"));
            </script>
            """;

    @Test
    void received_messages_are_there_without_a_server_and_only_new_ones_come_from_it() {
        try (Cluster cluster = Cluster.overRedis(1, Map.of());
                Site site = Site.of(CHAT);
                BrowserContext ann = browser.person()) {
            // Served without the replica: an application's page and script come from another host, or from a cache.
            ann.route("**/atrium.js", route -> route.fulfill(new Route.FulfillOptions().setPath(CLIENT)));
            String url = site.url() + '#' + cluster.replica(0).http("/");
            try (Page page = browser.open(ann, url)) {
                Browser.await(page, "window.connection?.state.name === 'open' && lobby.place !== undefined", true);
                say(cluster, 1, 3);
                Browser.await(page, "received.length", 3);
                awaitStored(page, 3);
            }
            cluster.kill(0);
            try (Page page = browser.open(ann, url)) {
                List<String> kept = List.of("1 again", "2 again", "3 again");
                Browser.await(page, "window.received", kept);
                assertThat(page.evaluate("connection.state.name")).isNotEqualTo("open");
                cluster.restartOnItsPort(0);
                say(cluster, 4, 5);
                List<String> all = new ArrayList<>(kept);
                all.addAll(List.of("4", "5"));
                Browser.await(page, "received", all);
                awaitStored(page, 5);
            }
        }
    }

    @Test
    void a_page_that_is_loaded_again_asks_for_what_is_new_and_shows_nothing_twice() {
        Replica replica = SharedReplicas.open();
        try (BrowserContext person = browser.person()) {
            person.addInitScript(RoomPage.NO_SHARED_WORKERS);
            String room = replica.http("/rooms/reload");
            String last;
            try (RoomPage ann = RoomPage.enter(person, room)) {
                IntStream.rangeClosed(1, 3).forEach(i -> ann.say("ann " + i));
                ann.awaitSaid(3);
                Browser.await(ann.page(), stored("/ws"), 3);
                last = ann.locator("#list li").last().getAttribute("data-offset");
            }
            replica.post("/rooms/reload", "away");
            List<String> sent = new ArrayList<>();
            try (RoomPage ann = RoomPage.open(person, "about:blank")) {
                ann.page().onWebSocket(socket -> socket.onFrameSent(frame -> sent.add(frame.text())));
                ann.page().navigate(room);
                ann.awaitState("open");
                assertThat(ann.texts()).hasText(new String[] { "ann 1", "ann 2", "ann 3", "away" });
                assertThat(sent).filteredOn(frame -> frame.contains("\"join\"")).singleElement().asString()
                        .contains("\"since\":{")
                        .contains("\"offset\":" + last + "}");
                ann.say("and now");
                ann.awaitSaid(5);
                ann.isSound();
            }
        }
    }

    @Test
    void messages_stored_for_one_user_are_not_shown_to_the_next() {
        Replica replica = SharedReplicas.strict();
        try (BrowserContext person = browser.person()) {
            try (RoomPage ann = RoomPage.enter(person,
                    replica.http("/rooms/stored#access_token=" + Tokens.of("ann", "*:join send")))) {
                ann.say("for ann's eyes");
                ann.awaitSaid(1);
                Browser.await(ann.page(), stored("/ws of ann"), 1);
            }
            try (RoomPage bob = RoomPage.enter(person,
                    replica.http("/rooms/stored#access_token=" + Tokens.of("bob", "*:join send")))) {
                bob.say("hello");
                assertThat(bob.texts()).hasText(new String[] { "hello" });
                bob.isSound();
            }
            try (RoomPage ann = RoomPage.enter(person,
                    replica.http("/rooms/stored#access_token=" + Tokens.of("ann", "*:join send")))) {
                assertThat(ann.texts()).hasText(new String[] { "for ann's eyes", "hello" });
            }
        }
    }

    private static void say(Cluster cluster, int first, int last) {
        IntStream.rangeClosed(first, last).forEach(i -> cluster.replica(0).post("/rooms/lobby", Integer.toString(i)));
    }

    private static void awaitStored(Page page, int messages) {
        Browser.await(page, stored("ann's"), messages);
    }

    /** Stored messages of the database whose name has a suffix. */
    private static String stored(String end) {
        return """
                (async () => {
                  const known = (await indexedDB.databases()).find(({ name }) => name.trimEnd().endsWith("%s"));
                  const asked = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
                  const database = await asked(indexedDB.open(known.name));
                  const count = await asked(database.transaction("messages").objectStore("messages")
                      // Unsent messages have no room.
                      .count(IDBKeyRange.lowerBound(["0"])));
                  database.close();
                  return count;
                })()""".formatted(end);
    }
}
