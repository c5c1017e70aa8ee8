package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.SessionClient;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Messages that arrive while the page is not looked at, the search in those that are loaded, and the way to other rooms. */
class RoomPageReadingIT extends WithReplica {

    /** Records notifications, and what clicks on them do: a browser without a screen shows none. */
    private static final String NOTIFICATIONS = """
            window.notified = [];
            window.Notification = class {
              static permission = "default";
              static requestPermission = async () => (Notification.permission = window.answer ?? "granted");
              constructor(title, options) { notified.push([title, options.body, options.tag]); }
              close() {}
            }""";
    private static final String HIDE = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
            + "document.dispatchEvent(new Event('visibilitychange')); }";

    @Test
    void a_former_name_does_not_replace_the_present_one_when_the_history_is_read_backwards() {
        try (SessionClient eve = replica.session()) {
            eve.join("renamed");
            eve.call("send", "{\"room\":\"renamed\",\"event\":\"name\",\"data\":\"before\"}");
            for (int i = 0; i < 150; i++) {
                eve.call("send", "{\"room\":\"renamed\",\"data\":\"" + i + "\"}");
            }
            eve.call("send", "{\"room\":\"renamed\",\"event\":\"name\",\"data\":\"after\"}");
            try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/renamed"))) {
                assertThat(ann.locator("#list .who").first()).hasText("after");
                ann.locator("#messages").evaluate("scroller => scroller.scrollTo(0, 0)");
                assertThat(ann.texts()).hasCount(150);
                assertThat(ann.locator("#list .who").first()).hasText("after");
                ann.isSound();
            }
        }
    }

    /** The page reads until its log can be scrolled: what came back at once would leave it no time to receive anything. */
    @Test
    void older_messages_are_read_once_for_all_who_ask_meanwhile() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/older"))) {
            assertThat(ann.page().evaluate("""
                    async () => {
                      const { History } = await import("/pages/history.js");
                      const history = new History({ length: 0, add() {} }, () => {});
                      let asked = 0;
                      let reply;
                      const room = { history: () => (asked++, new Promise((resolve) => (reply = resolve))) };
                      const first = history.older(room);
                      let done = false;
                      const second = history.older(room).then(() => (done = true));
                      await new Promise((resolve) => setTimeout(resolve));
                      const early = done;
                      reply({ epoch: "e", messages: [] });
                      await Promise.all([first, second]);
                      return [asked, early, history.complete];
                    }""")).isEqualTo(List.of(1, false, true));
        }
    }

    @Test
    void a_log_that_is_read_while_many_thousand_lines_arrive_keeps_its_place_and_the_newest_of_them() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/log"))) {
            assertThat(ann.page().evaluate("""
                    async () => {
                      const { Log } = await import("/pages/log.js");
                      const scroller = document.createElement("div");
                      scroller.style = "position: fixed; inset: 0; overflow: auto";
                      const list = document.createElement("ol");
                      scroller.append(list);
                      document.body.append(scroller);
                      const log = new Log(scroller, list, { files: { release() {} }, atTop() {}, evicted() {}, seen() {} });
                      const lines = (from, to) => Array.from({ length: to - from }, (_, i) => {
                        const message = { event: "message", data: `line ${from + i}`, at: 0 };
                        return { kind: "message", generation: 0, offset: from + i, at: 0, message };
                      });
                      log.add(lines(0, 12000));
                      const kept = log.length;
                      log.reveal(log.lines[5000]);
                      const inSight = () => document.elementFromPoint(innerWidth / 4, innerHeight / 2).textContent;
                      const before = inSight();
                      log.add(lines(12000, 30000));
                      const gaps = log.lines.filter(({ kind }) => kind === "gap").length;
                      const after = [log.length, gaps, inSight() === before];
                      log.toEnd();
                      return [kept, ...after, list.lastElementChild.textContent.includes("line 29999"), list.children.length];
                    }""")).isEqualTo(List.of(10_000, 20_000, 1, true, true, 1000));
        }
    }

    @Test
    void a_line_marks_what_is_new_since_the_room_was_last_looked_at() {
        String room = replica.http("/rooms/since");
        BrowserContext person = browser.person();
        try (RoomPage ann = RoomPage.enter(person, room)) {
            replica.post("/rooms/since", "one");
            ann.awaitSaid(1);
            assertThat(ann.locator(".since")).hasCount(0);
            ann.page().evaluate(HIDE, true);
            replica.post("/rooms/since", "two");
            replica.post("/rooms/since", "three");
            ann.awaitSaid(3);
            ann.page().evaluate(HIDE, false);
            assertThat(ann.locator(".since")).hasText(Pattern.compile("New since \\d.*"));
            assertThat(ann.locator("#list li:has(.since) .text")).hasText("two");
            // What arrives while the page is looked at is not marked, and an answer ends the mark.
            ann.say("four");
            ann.awaitSaid(4);
            assertThat(ann.locator(".since")).hasCount(0);
            ann.page().evaluate(HIDE, true);
            ann.page().evaluate(HIDE, false);
            replica.post("/rooms/since", "five");
            ann.awaitSaid(5);
            assertThat(ann.locator(".since")).hasCount(0);
            ann.page().evaluate(HIDE, true);
            replica.post("/rooms/since", "six");
            ann.awaitSaid(6);
            ann.isSound();
            // A page that is closed while it is hidden has not been read to its end.
            ann.page().navigate("about:blank");
        }
        try (RoomPage again = RoomPage.enter(person, room)) {
            again.awaitSaid(6);
            assertThat(again.locator("#list li:has(.since) .text")).hasText("six");
            again.isSound();
        }
        try (RoomPage first = RoomPage.enter(browser.person(), room)) {
            first.awaitSaid(6);
            assertThat(first.locator(".since")).hasCount(0);
        }
    }

    @Test
    void notifications_are_shown_to_users_that_have_switched_them_on() {
        BrowserContext person = browser.person();
        person.addInitScript(NOTIFICATIONS);
        try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/notify"))) {
            ann.page().evaluate(HIDE, true);
            replica.post("/rooms/notify", "not asked for");
            ann.awaitSaid(1);
            ann.page().evaluate(HIDE, false);
            ann.locator("#notify").click();
            assertThat(ann.locator("#notify")).hasAttribute("aria-pressed", "true");
            replica.post("/rooms/notify", "looked at");
            ann.awaitSaid(2);
            ann.page().evaluate(HIDE, true);
            replica.post("/rooms/notify", "<b>hello</b>");
            ann.awaitSaid(3);
            assertThat(ann.page().evaluate("notified"))
                    .isEqualTo(List.of(List.of("notify · Atrium", "somebody: <b>hello</b>", "/rooms/notify")));
            ann.page().evaluate(HIDE, false);
            ann.locator("#notify").click();
            assertThat(ann.locator("#notify")).hasAttribute("aria-pressed", "false");
            ann.page().evaluate("window.answer = 'denied'");
            ann.locator("#notify").click();
            assertThat(ann.locator("#notify")).hasAttribute("title", "This browser blocks notifications of this page.");
            assertThat(ann.locator("#notify")).hasAttribute("aria-pressed", "false");
            ann.isSound();
        }
    }

    @Test
    void loaded_messages_are_searched() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/search"))) {
            for (int i = 1; i <= 60; i++) {
                replica.post("/rooms/search", i % 20 == 0 ? "A needle, number " + i : "hay " + i);
            }
            ann.locator("#file")
                    .setInputFiles(new FilePayload("needle.txt", "text/plain", "x".getBytes(StandardCharsets.UTF_8)));
            assertThat(ann.locator("#list .file")).hasCount(1);
            ann.locator("#find-button").click();
            assertThat(ann.locator("#find-text")).isFocused();
            ann.page().keyboard().type("NEEDLE");
            assertThat(ann.locator("#find-count")).hasText("1 of 4");
            assertThat(ann.locator(".found .filename")).hasText("needle.txt");
            ann.page().keyboard().press("Enter");
            assertThat(ann.locator(".found .text")).hasText("A needle, number 60");
            ann.locator("#find-newer").click();
            ann.locator("#find-newer").click();
            assertThat(ann.locator("#find-count")).hasText("4 of 4");
            assertThat(ann.locator(".found .text")).hasText("A needle, number 20");
            assertThat(ann.locator(".found")).isInViewport();
            ann.locator("#find-text").fill("<b>");
            assertThat(ann.locator("#find-count")).hasText("no match");
            ann.locator("#find-text").dispatchEvent("keydown", Map.of("key", "Escape", "isComposing", true));
            assertThat(ann.locator("#find-count")).hasText("no match");
            assertThat(ann.locator("#find")).isVisible();
            ann.page().keyboard().press("Escape");
            assertThat(ann.locator("#find")).isHidden();
            assertThat(ann.locator(".found")).hasCount(0);
            assertThat(ann.locator("#text")).isFocused();
            ann.isSound();
        }
    }

    @Test
    void a_day_of_another_year_is_shown_with_it() {
        replica.post("/rooms/years", "hello");
        BrowserContext person = browser.person();
        try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/years"))) {
            assertThat(ann.locator("#list .day")).not().hasText(Pattern.compile("\\d{4}"));
        }
        person.clock().setFixedTime(Date.from(ZonedDateTime.now().plusYears(1).toInstant()));
        try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/years"))) {
            assertThat(ann.locator("#list .day")).hasText(Pattern.compile("\\d{4}"));
            ann.isSound();
        }
    }

    @Test
    void other_rooms_are_a_key_away() {
        BrowserContext person = browser.person(new NewContextOptions().setLocale("en-GB"));
        replica.post("/rooms/switch-c", "hello");
        RoomPage.enter(person, replica.http("/rooms/switch-a")).close();
        RoomPage.enter(person, replica.http("/rooms/switch-b?ns=%2Fchat")).close();
        try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/switch-d"))) {
            ann.locator("#switch").click();
            assertThat(ann.locator("#switch-recent li")).hasText(new String[] { "/chat switch-b", "switch-a" });
            ann.page().keyboard().type("switch-");
            assertThat(ann.locator("#switch-rooms li")).hasText(new String[] { "switch-c" });
            ann.page().keyboard().type("none");
            assertThat(ann.locator("#switch-none")).isVisible();
            ann.locator("#switch-name").fill("switch-a");
            ann.page().keyboard().press("Enter");
            ann.page().waitForURL(replica.http("/rooms/switch-a"));
            ann.awaitState("open");
            ann.locator("#switch").click();
            ann.locator("#switch-recent a").first().click();
            ann.page().waitForURL(replica.http("/rooms/switch-d"));
            ann.isSound();
        }
    }

    @Test
    void what_another_version_has_stored_stops_no_page() {
        BrowserContext person = browser.person();
        person.addInitScript(
                "try { localStorage.setItem('atrium:rooms', '[{\"path\":\"javascript:1\",\"name\":\"x\",\"at\":1},7]') } catch {}");
        try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/stored"))) {
            ann.say("hello");
            ann.awaitSaid(1);
            ann.locator("#switch").click();
            assertThat(ann.locator("#switch-recent li")).hasCount(0);
            ann.isSound();
            try (Page other = person.newPage()) {
                other.navigate(replica.http("/"));
                Browser.await(other, "document.querySelector('#rooms-note').textContent", "");
            }
        }
    }
}
