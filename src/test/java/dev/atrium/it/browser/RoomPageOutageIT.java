package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.HostileProxy;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Page of a room while servers, networks and tabs fail and come back. */
class RoomPageOutageIT extends WithBrowser {

    private static final Map<String, String> HEARTBEAT = Map.of("atrium.heartbeat.interval", "300ms",
            "atrium.heartbeat.timeout", "500ms");
    private static final int MANY = 10;
    /** Script that answers the next requests of the history with 503, as many as {@code refusals}. */
    private static final String REFUSALS = """
            window.refusals = 0;
            const { send } = WebSocket.prototype;
            WebSocket.prototype.send = function (frame) {
              const { seq, cmd } = frame[0] === "{" ? JSON.parse(frame) : {};
              const reply = { data: JSON.stringify({ seq, code: 503, error: "later" }) };
              cmd === "history" && refusals-- > 0
                ? setTimeout(() => this.dispatchEvent(new MessageEvent("message", reply)))
                : send.call(this, frame);
            };""";

    @Test
    void a_server_that_is_killed_and_started_again_costs_nothing_over_redis() {
        try (Cluster cluster = Cluster.overRedis(1, HEARTBEAT);
                RoomPage ann = RoomPage.enter(browser.person(), cluster.replica(0).http("/rooms/killed"));
                RoomPage bob = RoomPage.enter(withoutSharedWorkers(), cluster.replica(0).http("/rooms/killed"))) {
            sayMany(ann, "before");
            bob.awaitSaid(MANY);
            cluster.kill(0);
            ann.awaitAway();
            bob.awaitAway();
            sayMany(ann, "ann");
            sayMany(bob, "bob");
            assertThat(ann.locator("#waiting li")).hasCount(MANY);
            assertThat(ann.locator("#waiting li .fate").first()).hasText("waiting to be sent");
            cluster.restartOnItsPort(0);
            agree(ann, bob, 3 * MANY);
        }
    }

    @Test
    void rooms_in_memory_are_gone_with_their_server_and_the_page_shows_it() {
        try (Cluster cluster = Cluster.inMemory(HEARTBEAT);
                RoomPage ann = RoomPage.enter(browser.person(), cluster.replica(0).http("/rooms/forgotten"))) {
            sayMany(ann, "before");
            ann.awaitSaid(MANY);
            cluster.kill(0);
            ann.awaitAway();
            cluster.restartOnItsPort(0);
            ann.awaitState("open");
            assertThat(ann.locator("[data-gap]")).hasCount(1);
            sayMany(ann, "ann");
            ann.awaitSaid(2 * MANY);
            assertThat(ann.said()).isEqualTo(numbered("before", "ann"));
            ann.isSound();
        }
    }

    @Test
    void the_messages_behind_a_gap_are_read_again_if_the_server_cannot_answer_at_the_moment() throws IOException {
        BrowserContext person = withoutSharedWorkers();
        person.addInitScript(REFUSALS);
        try (Cluster cluster = Cluster.inMemory(HEARTBEAT);
                HostileProxy proxy = new HostileProxy(cluster.replica(0).port());
                RoomPage ann = RoomPage.enter(person, proxy.http("/rooms/behind-a-gap"))) {
            ann.say("before");
            ann.awaitSaid(1);
            proxy.refuse();
            proxy.cut();
            cluster.kill(0);
            cluster.restartOnItsPort(0);
            cluster.replica(0).post("/rooms/behind-a-gap", "behind");
            ann.page().evaluate("() => { refusals = 1; }");
            proxy.heal();
            assertThat(ann.texts()).hasText(new String[] { "before", "behind" });
            assertThat(ann.locator("[data-gap]")).hasCount(1);
            ann.isSound();
        }
    }

    @Test
    void older_messages_are_read_again_without_scrolling_if_the_server_cannot_answer_at_the_moment() {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (SessionClient eve = replica.session()) {
            for (int i = 0; i < 300; i++) {
                eve.call("send", "{\"room\":\"older-later\",\"data\":\"" + i + "\"}");
            }
        }
        BrowserContext person = withoutSharedWorkers();
        person.addInitScript(REFUSALS);
        try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/older-later"))) {
            ann.awaitSaid(100);
            ann.page().evaluate("() => { refusals = 1; }");
            ann.locator("#messages").evaluate("scroller => scroller.scrollTo(0, 0)");
            Browser.await(ann.page(), "refusals < 1", true);
            ann.awaitSaid(200);
            assertThat(ann.locator("#older")).hasText("");
            ann.isSound();
        }
    }

    @Test
    void messages_written_without_a_network_wait_and_are_sent_once() {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (RoomPage ann = RoomPage.enter(withoutSharedWorkers(), replica.http("/rooms/offline"));
                RoomPage bob = RoomPage.enter(browser.person(), replica.http("/rooms/offline"))) {
            ann.page().context().setOffline(true);
            ann.awaitAway();
            assertThat(ann.locator("#state")).hasText("no network");
            sayMany(ann, "ann");
            sayMany(bob, "bob");
            bob.awaitSaid(MANY);
            assertThat(ann.locator("#waiting li")).hasCount(MANY);
            assertThat(ann.texts()).hasCount(0);
            ann.page().context().setOffline(false);
            agree(ann, bob, 2 * MANY);
        }
    }

    @Test
    void a_button_tries_again_at_once() throws IOException {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (HostileProxy proxy = new HostileProxy(replica.port());
                RoomPage ann = RoomPage.enter(browser.person(), proxy.http("/rooms/impatient"))) {
            proxy.refuse();
            proxy.cut();
            // The button is shown if the next attempt is more than a second away.
            ann.locator("#again").waitFor();
            proxy.heal();
            // Not a click of the mouse, which waits for a button that is hidden by then if an attempt was under way.
            ann.locator("#again").dispatchEvent("click");
            ann.awaitState("open");
            assertThat(ann.locator("#again")).isHidden();
            ann.isSound();
        }
    }

    @Test
    void a_tab_that_was_frozen_shows_what_it_has_missed() throws IOException {
        Replica replica = SharedReplicas.ofAll(HEARTBEAT);
        try (HostileProxy proxy = new HostileProxy(replica.port());
                RoomPage ann = RoomPage.enter(browser.owner(), proxy.http("/rooms/frozen"));
                RoomPage bob = RoomPage.enter(browser.person(), replica.http("/rooms/frozen"))) {
            Browser.freeze(ann.page());
            sayMany(bob, "bob");
            proxy.cut();
            bob.awaitSaid(MANY);
            Browser.thaw(ann.page());
            sayMany(ann, "ann");
            agree(ann, bob, 2 * MANY);
        }
    }

    private static BrowserContext withoutSharedWorkers() {
        BrowserContext person = browser.person();
        person.addInitScript(RoomPage.NO_SHARED_WORKERS);
        return person;
    }

    private static void sayMany(RoomPage page, String who) {
        numbered(who).forEach(page::say);
    }

    private static List<String> numbered(String... who) {
        return List.of(who).stream().flatMap(each -> IntStream.range(0, MANY).mapToObj(i -> each + ' ' + i)).toList();
    }

    /** Checks that both pages show the same messages without duplicates or losses, each publisher's in order. */
    private static void agree(RoomPage ann, RoomPage bob, int messages) {
        for (RoomPage each : List.of(ann, bob)) {
            each.awaitState("open");
            each.awaitSaid(messages);
            assertThat(each.locator("#waiting li")).hasCount(0);
            assertThat(each.locator("[data-gap]")).hasCount(0);
            each.isSound();
        }
        List<String> said = ann.said();
        assertThat(said).doesNotHaveDuplicates().isEqualTo(bob.said());
        for (String who : List.of("before ", "ann ", "bob ")) {
            assertThat(said.stream().filter(text -> text.startsWith(who))
                    .map(text -> Integer.parseInt(text.substring(who.length())))).isSorted();
        }
    }
}
