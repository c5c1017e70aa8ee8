package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.HostileProxy;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The served client script in pages of another origin, while networks, tabs and replicas fail and come back. */
class AtriumJsBrowserIT extends WithBrowser {

    private static final Map<String, String> HEARTBEAT = Map.of("atrium.heartbeat.interval", "300ms",
            "atrium.heartbeat.timeout", "500ms");
    static final Pattern WHOLE_PAGE = Pattern.compile("```html\n(<!doctype html>.*?)```", Pattern.DOTALL);
    private static final int MANY = 30;

    @Test
    void the_nine_lines_of_the_readme_are_a_chat_for_any_site() throws IOException {
        Matcher snippet = WHOLE_PAGE.matcher(Files.readString(Path.of("README.md")));
        assertThat(snippet.find()).isTrue();
        assertThat(snippet.group(1).lines()).hasSize(9);
        Replica replica = SharedReplicas.open();
        try (Site site = Site.of(snippet.group(1).replace("http://localhost:8080/", replica.http("/")))) {
            Page ann = browser.open(site.url());
            Page bob = browser.open(site.url());
            SocketClient.await().until(() -> replica.get("/rooms/lobby").body().contains("\"members\":2"));

            say(ann, "hello, <b>bob</b>");
            assertThat(lines(bob)).hasText(new String[] { "hello, <b>bob</b>" });
            say(bob, "hello, ann");
            replica.post("/rooms/lobby", "and hello from a shell");
            String[] all = { "hello, <b>bob</b>", "hello, ann", "and hello from a shell" };
            assertThat(lines(ann)).hasText(all);
            assertThat(lines(bob)).hasText(all);
        }
    }

    @Test
    void a_site_that_is_not_listed_gets_neither_the_client_nor_a_connection() {
        try (Replica replica = Replica.start(Map.of("atrium.origins", "https://app.example.com")); Site site = Site.of("")) {
            Page page = browser.open(site.url());
            String base = replica.http("/");
            assertThat(page.evaluate("import('" + base + "atrium.js').then(() => 'in', () => 'kept out')"))
                    .isEqualTo("kept out");
            assertThat(
                    page.evaluate("new Promise(end => { const socket = new WebSocket('" + base.replace("http", "ws") + "ws');"
                            + "socket.onopen = () => end('in'); socket.onclose = event => end(event.code); })"))
                    .isEqualTo(1006);
        }
    }

    @Test
    void a_browser_that_is_offline_for_a_while_loses_nothing() {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (Site site = Site.of(chat(replica.http("/"), "script-offline"))) {
            Page ann = enter(site);
            Page bob = enter(site);
            Object id = ann.evaluate("connection.state.id");
            ann.context().setOffline(true);
            speakWhileAway(ann, bob);
            ann.context().setOffline(false);
            agree(ann, bob, 2 * MANY);
            // Not only the rooms are the same, but also the session.
            assertThat(ann.evaluate("connection.state.id")).isEqualTo(id);
        }
    }

    @Test
    void a_browser_that_is_online_again_does_not_wait_for_the_next_attempt() {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (Site site = Site.of(chat(replica.http("/"), "script-online"))) {
            Page ann = enter(browser.person(), site.url() + "#slow");
            ann.context().setOffline(true);
            Browser.await(ann, "connection.state.name === 'waiting' && connection.state.at > Date.now() + 30000", true);
            ann.context().setOffline(false);
            Browser.await(ann, "connection.state.name", "open");
        }
    }

    @Test
    void a_tab_that_is_looked_at_again_does_not_wait_for_the_next_attempt() throws IOException {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (HostileProxy proxy = new HostileProxy(replica.port());
                Site site = Site.of(chat(proxy.http("/"), "script-looked-at"));
                Page ann = enter(browser.owner(), site.url() + "#slow");
                Page other = browser.owner().newPage()) {
            other.bringToFront();
            Browser.await(ann, "document.visibilityState", "hidden");
            proxy.cut();
            Browser.await(ann, "connection.state.name === 'waiting' && connection.state.at > Date.now() + 30000", true);
            ann.bringToFront();
            Browser.await(ann, "connection.state.name", "open");
        }
    }

    @Test
    void a_connection_that_dies_without_a_word_is_found_dead_and_loses_nothing() throws IOException {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (HostileProxy proxy = new HostileProxy(replica.port());
                Site near = Site.of(chat(proxy.http("/"), "script-dead"));
                Site far = Site.of(chat(replica.http("/"), "script-dead"))) {
            Page ann = enter(near);
            Page bob = enter(far);
            sendMany(ann, "before");
            proxy.swallow();
            speakWhileAway(ann, bob);
            proxy.refuse();
            proxy.cut();
            Browser.await(ann, "connection.state.name", "waiting");
            proxy.heal();
            agree(ann, bob, 3 * MANY);
        }
    }

    @Test
    void a_connection_that_is_cut_again_and_again_loses_nothing() throws IOException {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (HostileProxy proxy = new HostileProxy(replica.port());
                Site site = Site.of(chat(proxy.http("/"), "script-cut"))) {
            Page ann = enter(site);
            Page bob = enter(site);
            for (int cuts = 1; cuts <= 10; cuts++) {
                sendMany(ann, "ann");
                sendMany(bob, "bob");
                proxy.cut();
                Browser.await(ann, "received.length > " + cuts * MANY, true);
            }
            agree(ann, bob, 20 * MANY);
        }
    }

    @Test
    void a_tab_that_is_frozen_continues_where_it_was() throws IOException {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (Site site = Site.of(chat(replica.http("/"), "script-frozen"));
                Page ann = enter(browser.owner(), site.url());
                Page bob = enter(site)) {
            Browser.freeze(ann);
            Object ticks = ann.evaluate("ticks");
            sendMany(bob, "bob");
            Browser.await(bob, "received.length", MANY);
            replica.post("/rooms/script-frozen", "while it is frozen");
            Browser.await(bob, "received.length", MANY + 1);
            assertThat(ann.evaluate("[ticks, received.length]")).isEqualTo(List.of(ticks, 0));

            Browser.thaw(ann);
            sendMany(ann, "ann");
            agree(ann, bob, 2 * MANY + 1);
        }
    }

    @Test
    void a_tab_whose_connection_ends_while_it_is_frozen_reconnects() throws IOException {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (HostileProxy proxy = new HostileProxy(replica.port());
                Site near = Site.of(chat(proxy.http("/"), "script-frozen-and-cut"));
                Site far = Site.of(chat(replica.http("/"), "script-frozen-and-cut"));
                Page ann = enter(browser.owner(), near.url());
                Page bob = enter(far)) {
            Browser.freeze(ann);
            proxy.cut();
            SocketClient.await().until(() -> replica.get("/rooms/script-frozen-and-cut").body().contains("\"members\":1"));
            sendMany(bob, "bob");
            Browser.await(bob, "received.length", MANY);
            assertThat(ann.evaluate("[connection.state.name, received.length]")).isEqualTo(List.of("open", 0));

            Browser.thaw(ann);
            sendMany(ann, "ann");
            agree(ann, bob, 2 * MANY);
        }
    }

    @Test
    void a_replica_that_is_killed_and_started_again_costs_nothing_over_redis() {
        try (Cluster cluster = Cluster.overRedis(1, HEARTBEAT);
                Site site = Site.of(chat(cluster.replica(0).http("/"), "lobby"))) {
            Page ann = enter(site);
            Page bob = enter(site);
            sendMany(ann, "before");
            cluster.kill(0);
            Browser.await(ann, "connection.state.name === 'open'", false);
            Browser.await(bob, "connection.state.name === 'open'", false);
            sendMany(ann, "ann");
            sendMany(bob, "bob");
            cluster.restartOnItsPort(0);
            agree(ann, bob, 3 * MANY);
            assertThat(ann.evaluate("gaps")).isEqualTo(0);
            assertThat(bob.evaluate("gaps")).isEqualTo(0);
        }
    }

    @Test
    void a_restarted_replica_with_its_rooms_in_memory_reports_that_they_are_gone() {
        try (Cluster cluster = Cluster.inMemory(HEARTBEAT); Site site = Site.of(chat(cluster.replica(0).http("/"), "lobby"))) {
            Page ann = enter(site);
            Page bob = enter(site);
            sendMany(ann, "before");
            Browser.await(ann, "connection.queued", 0);
            Browser.await(bob, "received.length", MANY);
            cluster.kill(0);
            Browser.await(ann, "connection.state.name === 'open'", false);
            Browser.await(bob, "connection.state.name === 'open'", false);
            cluster.restartOnItsPort(0);
            Browser.await(ann, "gaps", 1);
            Browser.await(bob, "gaps", 1);
            sendMany(ann, "ann");
            sendMany(bob, "bob");
            agree(ann, bob, 3 * MANY);
        }
    }

    /** Page that publishes and receives by script. */
    private static String chat(String server, String room) {
        return """
                <!doctype html>
                <script type="module">
                  import { connect } from "%1$satrium.js";
                  const slow = location.hash === "#slow";
                  if (slow) {
                    Math.random = () => 0.99;
                  }
                  window.connection = connect("%1$s", { backoff: slow ? { least: 60000, most: 60000 } : { least: 20, most: 200 } });
                  window.lobby = connection.room("%2$s");
                  window.received = [];
                  window.failures = [];
                  window.gaps = 0;
                  window.ticks = 0;
                  const said = {};
                  window.send = (who) => {
                    said[who] = (said[who] ?? -1) + 1;
                    lobby.send(`${who} ${said[who]}`).catch((failure) => failures.push(String(failure)));
                  };
                  lobby.on("message", (data) => received.push(data));
                  lobby.on("@gap", () => gaps++);
                  setInterval(() => ticks++, 10);
                </script>
                """
                .formatted(server, room);
    }

    private static Page enter(Site site) {
        return enter(browser.person(), site.url());
    }

    private static Page enter(BrowserContext person, String url) {
        Page page = browser.open(person, url);
        Browser.await(page, "window.connection?.state.name", "open");
        return page;
    }

    private static void sendMany(Page page, String who) {
        page.evaluate("([who, many]) => { for (let i = 0; i < many; i++) send(who); }", List.of(who, MANY));
    }

    /** Both clients publish while one of them is disconnected, so that neither can receive the other's messages yet. */
    private static void speakWhileAway(Page away, Page present) {
        Browser.await(away, "connection.state.name === 'open'", false);
        Object received = away.evaluate("received.length");
        sendMany(away, "ann");
        sendMany(present, "bob");
        Browser.await(present, "received.filter(data => data.startsWith('bob')).length", MANY);
        assertThat(present.evaluate("received.some(data => data.startsWith('ann'))")).isEqualTo(false);
        assertThat(away.evaluate("received.length")).isEqualTo(received);
    }

    /**
     * Checks that both clients receive the same messages without duplicates, each publisher's in order, and that each send is
     * acknowledged.
     */
    @SuppressWarnings("unchecked")
    private static void agree(Page ann, Page bob, int messages) {
        for (Page page : List.of(ann, bob)) {
            Browser.await(page, "received.length", messages);
            Browser.await(page, "connection.queued", 0);
        }
        // A duplicate would arrive before this message.
        ann.evaluate("() => { lobby.send('the end'); }");
        Browser.await(ann, "received.at(-1)", "the end");
        Browser.await(bob, "received.at(-1)", "the end");
        List<String> received = (List<String>) ann.evaluate("received");
        assertThat(received).hasSize(messages + 1).doesNotHaveDuplicates().isEqualTo(bob.evaluate("received"));
        for (String who : List.of("before ", "ann ", "bob ")) {
            assertThat(received.stream().filter(data -> data.startsWith(who))
                    .map(data -> Integer.parseInt(data.substring(who.length()))))
                    .isSorted();
        }
        assertThat(ann.evaluate("failures")).isEqualTo(List.of());
        assertThat(bob.evaluate("failures")).isEqualTo(List.of());
    }

    private static void say(Page page, String text) {
        page.locator("#text").fill(text);
        page.locator("#text").press("Enter");
    }

    private static Locator lines(Page page) {
        return page.locator("#messages li");
    }
}
