package dev.atrium.it.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.HostileProxy;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tabs of one browser that share a connection: in a shared worker, or with one tab as the leader. */
class SharedBrowserIT extends WithReplica {

    /** Page of the server's origin without a content security policy. */
    private static final String BLANK = "/rooms/blank/messages";
    private static final int MANY = 20;

    private static final String ENTER = """
            async (options) => {
              const { connect } = await import("/atrium.js");
              window.connection = connect("/", { shared: true, backoff: { least: 20, most: 200 }, ...options });
              window.lobby = connection.room(options.room);
              window.received = [];
              window.gaps = 0;
              window.failures = [];
              lobby.on("message", (data) => received.push(data));
              lobby.on("@gap", () => gaps++);
              window.say = (text) => lobby.send(text).catch((failure) => failures.push(String(failure)));
            }""";

    @ParameterizedTest(name = "shared workers: {0}")
    @ValueSource(booleans = { true, false })
    void three_tabs_have_one_connection_that_outlives_the_first_of_them(boolean workers) {
        String room = "tabs-" + workers;
        try (BrowserContext ann = person(workers)) {
            SocketClient.await().until(() -> connections() == 0);
            List<Page> tabs = IntStream.range(0, 3).mapToObj(i -> enter(ann, replica.http(BLANK), room)).toList();
            assertThat(connections()).isEqualTo(1);
            assertThat(ids(tabs)).containsOnly((String) tabs.get(0).evaluate("connection.state.id"));
            tabs.forEach(tab -> sayMany(tab, "before"));
            tabs.forEach(tab -> Browser.await(tab, "received.length", 3 * MANY));

            tabs.subList(1, 3).forEach(tab -> sayMany(tab, "meanwhile"));
            tabs.get(0).close();
            tabs.subList(1, 3).forEach(tab -> sayMany(tab, "after"));
            agree(tabs.subList(1, 3), 7 * MANY);
            assertThat(connections()).isEqualTo(1);
            assertThat(members(room)).isEqualTo(1);
        }
        SocketClient.await().until(() -> members(room) == 0);
    }

    /** As while a site is deployed anew, which names the version in the address. */
    @Test
    void tabs_with_modules_of_several_addresses_are_all_connected() {
        try (BrowserContext ann = person(true)) {
            for (String address : List.of("/atrium.js?v=1", "/atrium.js?v=2")) {
                Page tab = ann.newPage();
                tab.navigate(replica.http(BLANK));
                tab.evaluate("""
                        async (address) => {
                          const { connect } = await import(address);
                          window.connection = connect("/", { shared: "versions" });
                        }""", address);
                Browser.await(tab, "connection.state.name", "open");
            }
        }
    }

    @ParameterizedTest(name = "shared workers: {0}")
    @ValueSource(booleans = { true, false })
    void a_tab_that_crashes_leaves_its_rooms_and_the_others_continue(boolean workers) {
        String aside = "aside-" + workers;
        try (BrowserContext ann = person(workers)) {
            Page first = enter(ann, replica.http(BLANK), "crash-" + workers);
            Page second = enter(ann, replica.http(BLANK), "crash-" + workers);
            first.evaluate("room => { connection.room(room); }", aside);
            SocketClient.await().until(() -> members(aside) == 1);
            assertThatThrownBy(() -> first.navigate("chrome://crash")).isInstanceOf(PlaywrightException.class);
            SocketClient.await().until(() -> members(aside) == 0);
            sayMany(second, "after");
            agree(List.of(second), MANY);
        }
    }

    @ParameterizedTest(name = "shared workers: {0}")
    @ValueSource(booleans = { true, false })
    void a_tab_that_has_a_network_again_hurries_the_connection_of_all(boolean workers) throws IOException {
        String room = "hurry-" + workers;
        try (HostileProxy proxy = new HostileProxy(replica.port()); BrowserContext ann = person(workers)) {
            // The options of the first tab apply to all tabs.
            Page first = enter(ann, proxy.http(BLANK), Map.of("room", room, "backoff", Map.of("least", 2e9, "most", 2e9)));
            Page second = enter(ann, proxy.http(BLANK), room);
            proxy.cut();
            for (Page tab : List.of(first, second)) {
                // A delay is random up to its bound: with a bound of some weeks, few delays are under a minute.
                Browser.await(tab, "connection.state.name === 'waiting' && connection.state.at > Date.now() + 60000", true);
            }
            second.evaluate("() => { dispatchEvent(new Event('online')); }");
            for (Page tab : List.of(first, second)) {
                Browser.await(tab, "connection.state.name", "open");
            }
        }
    }

    @ParameterizedTest(name = "shared workers: {0}")
    @ValueSource(booleans = { true, false })
    void a_connection_that_is_cut_costs_no_tab_a_message(boolean workers) throws IOException {
        String room = "cut-" + workers;
        try (HostileProxy proxy = new HostileProxy(replica.port()); BrowserContext ann = person(workers)) {
            List<Page> tabs = List.of(enter(ann, proxy.http(BLANK), room), enter(ann, proxy.http(BLANK), room));
            for (int cuts = 1; cuts <= 5; cuts++) {
                tabs.forEach(tab -> sayMany(tab, "cut"));
                proxy.cut();
                replica.post("/rooms/" + room, "away " + cuts);
                Browser.await(tabs.get(0), "received.length > " + cuts * MANY, true);
            }
            agree(tabs, 10 * MANY + 5);
        }
    }

    /** As after the worker of a tab could not be loaded, because the network was gone for a moment. */
    @ParameterizedTest(name = "shared workers first: {0}")
    @ValueSource(booleans = { true, false })
    void tabs_with_and_without_a_worker_do_not_wait_for_each_other(boolean workersFirst) {
        String room = "mixed-" + workersFirst;
        try (BrowserContext ann = person(true)) {
            Page first = enter(ann, replica.http(BLANK), room, workersFirst);
            Page second = enter(ann, replica.http(BLANK), room, !workersFirst);
            sayMany(first, "first");
            sayMany(second, "second");
            agree(List.of(first, second), 2 * MANY);
        }
    }

    private static BrowserContext person(boolean workers) {
        BrowserContext person = browser.person();
        if (!workers) {
            person.addInitScript(RoomPage.NO_SHARED_WORKERS);
        }
        return person;
    }

    private static Page enter(BrowserContext person, String url, String room) {
        return enter(person, url, Map.of("room", room));
    }

    private static Page enter(BrowserContext person, String url, String room, boolean workers) {
        Page page = browser.open(person, url);
        if (!workers) {
            page.evaluate(RoomPage.NO_SHARED_WORKERS);
        }
        return enter(page, Map.of("room", room));
    }

    private static Page enter(BrowserContext person, String url, Map<String, ?> options) {
        return enter(browser.open(person, url), options);
    }

    private static Page enter(Page page, Map<String, ?> options) {
        page.evaluate(ENTER, options);
        Browser.await(page, "connection.state.name === 'open' && lobby.place !== undefined", true);
        return page;
    }

    private static void sayMany(Page tab, String what) {
        tab.evaluate("([what, many]) => { for (let i = 0; i < many; i++) say(`${what} ${Math.random()}`); }",
                List.of(what, MANY));
    }

    /** Checks that all tabs receive the same messages, without losses or duplicates. */
    private static void agree(List<Page> tabs, int messages) {
        for (Page tab : tabs) {
            Browser.await(tab, "received.length", messages);
            Browser.await(tab, "connection.queued", 0);
        }
        // A duplicate would arrive before this message.
        tabs.get(0).evaluate("() => { say('the end'); }");
        for (Page tab : tabs) {
            Browser.await(tab, "received.at(-1)", "the end");
            assertThat((List<?>) tab.evaluate("received")).hasSize(messages + 1).doesNotHaveDuplicates()
                    .isEqualTo(tabs.get(0).evaluate("received"));
            assertThat(tab.evaluate("[gaps, failures.length]")).isEqualTo(List.of(0, 0));
        }
    }

    private static List<Object> ids(List<Page> tabs) {
        return tabs.stream().map(tab -> tab.evaluate("connection.state.id")).toList();
    }

    private static int connections() {
        return (int) replica.metric("atrium_connections{transport=\"session\"}");
    }

    private static int members(String room) {
        return SessionClient.json(replica.get("/rooms/" + room).body()).path("members").asInt();
    }
}
