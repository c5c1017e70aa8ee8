package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Keyboard;
import com.microsoft.playwright.Page;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.SocketClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Two users on the page of a room, in a real browser. */
class RoomPageIT extends WithReplica {

    @Test
    void two_people_a_shell_and_a_plain_socket_talk() {
        String room = "/rooms/talk";
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http(room));
                RoomPage bob = RoomPage.enter(browser.person(), replica.http(room));
                SocketClient plain = replica.plain(room)) {
            ann.say("hello, <b>bob</b>");
            assertThat(bob.texts()).hasText(new String[] { "hello, <b>bob</b>" });
            bob.say("hello, ann");
            assertThat(ann.texts()).hasCount(2);
            replica.post(room, "hello from a shell");
            assertThat(ann.texts()).hasCount(3);
            plain.text("hello from a socket");
            String[] all = { "hello, <b>bob</b>", "hello, ann", "hello from a shell", "hello from a socket" };
            // To clients without events, a typing event is an empty text.
            SocketClient.await()
                    .untilAsserted(() -> assertThat(plain.received()).filteredOn(text -> !text.isEmpty()).containsExactly(all));
            for (RoomPage each : List.of(ann, bob)) {
                assertThat(each.texts()).hasText(all);
                assertThat(each.locator("#list .own")).hasCount(1);
                assertThat(each.locator("#waiting li")).hasCount(0);
                each.isSound();
            }
            assertThat(ann.locator("#list .own .text")).hasText("hello, <b>bob</b>");
            assertThat(bob.locator("#list .own .text")).hasText("hello, ann");
        }
    }

    @Test
    void members_and_typing_users_are_shown_by_name() {
        String room = replica.http("/rooms/people");
        BrowserContext annsBrowser = browser.person();
        try (RoomPage ann = RoomPage.enter(annsBrowser, room); RoomPage bob = RoomPage.enter(browser.person(), room)) {
            assertThat(ann.locator("#members li")).hasCount(2);
            assertThat(bob.locator("#people [data-members]")).hasText("2");
            bob.locator("#name").fill("Bob");
            bob.locator("#name").press("Enter");
            assertThat(ann.locator("#members")).containsText("Bob");
            bob.locator("#text").pressSequentially("I am");
            assertThat(ann.locator("#typing")).containsText("Bob is typing");
            assertThat(bob.locator("#typing")).isEmpty();
            bob.locator("#text").press("Enter");
            assertThat(ann.texts()).hasText(new String[] { "I am" });
            assertThat(ann.locator("#typing")).isEmpty();
            assertThat(ann.locator("#list .head").last()).containsText("Bob");

            // Another tab of the same user is the same session, and receives the earlier messages.
            try (RoomPage again = RoomPage.enter(annsBrowser, room)) {
                assertThat(again.texts()).hasText(new String[] { "I am" });
                assertThat(again.locator("#members li")).hasCount(2);
                again.say("from another tab");
                assertThat(ann.texts()).hasText(new String[] { "I am", "from another tab" });
                assertThat(ann.locator("#list .own")).hasCount(1);
                assertThat(bob.texts()).hasCount(2);
                assertThat(bob.locator("#people [data-members]")).hasText("2");
                again.isSound();
            }
            ann.page().navigate("about:blank");
            assertThat(bob.locator("#people [data-members]")).hasText("1");
            bob.isSound();
        }
    }

    @Test
    void a_name_is_asked_for_once_in_the_page_and_a_friendly_one_is_offered() {
        String room = replica.http("/rooms/names");
        BrowserContext annsBrowser = browser.person();
        try (RoomPage ann = RoomPage.enter(annsBrowser, room); RoomPage bob = RoomPage.enter(browser.person(), room)) {
            ann.page().onDialog(dialog -> {
                throw new AssertionError(dialog.message());
            });
            assertThat(ann.locator("#text")).isFocused();
            String offered = ann.locator("#ask-name").inputValue();
            assertThat(offered).matches("[A-Z][a-z]+ [A-Z][a-z]+");
            // Each page generates the same name, also of a session that has chosen none.
            assertThat(bob.locator("#members .who")).hasText(new String[] { bob.locator("#ask-name").inputValue(), offered });
            ann.locator("#ask-name").fill("Ann");
            ann.locator("#ask-name").press("Enter");
            assertThat(ann.locator("#ask")).isHidden();
            assertThat(ann.locator("#text")).isFocused();
            assertThat(bob.locator("#members")).containsText("Ann");
            bob.locator("#ask-later").click();
            for (RoomPage each : List.of(ann, bob)) {
                each.page().reload();
                each.awaitState("open");
                assertThat(each.locator("#members li")).hasCount(2);
                assertThat(each.locator("#ask")).isHidden();
                each.isSound();
            }
            assertThat(ann.locator("#name")).hasValue("Ann");
        }
    }

    @Test
    void up_to_eight_people_have_colours_of_their_own() {
        String room = "/rooms/colours";
        List<SocketClient> others = Stream.generate(() -> replica.plain(room)).limit(7).toList();
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http(room))) {
            assertThat(ann.locator("#members .avatar")).hasCount(8);
            assertThat((List<?>) ann.page().evaluate("() => [...document.querySelectorAll('#members .avatar')]"
                    + ".map(avatar => getComputedStyle(avatar).backgroundColor)")).doesNotHaveDuplicates();
            ann.isSound();
        } finally {
            others.forEach(SocketClient::close);
        }
    }

    @Test
    void a_message_of_nothing_that_is_seen_is_not_sent() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/invisible"))) {
            List<String> seen = new ArrayList<>();
            for (String blank : List.of(" ", "\n\n", " \t\u00a0\u3000", "\u200b\u2060\ufeff", "\u3164\u2800",
                    "\u202e\u00ad")) {
                ann.say(blank);
                assertThat(ann.locator("#text")).isEmpty();
                seen.add("seen " + seen.size());
                ann.say(seen.get(seen.size() - 1));
                assertThat(ann.locator("#list .body")).hasText(seen.toArray(String[]::new));
                assertThat(ann.locator("#waiting li")).hasCount(0);
            }
            ann.isSound();
        }
    }

    @Test
    void code_is_shown_as_code() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/code"))) {
            ann.locator("#text").fill("""
                    Call `send("x")` or ``a ` b``, see https://example.org/a_(b) and `http://example.org`.
                    ```js
                    const a = "<b>`x`</b>";

                      return a;
                    ```
                    An `unclosed one, and
                    ``` a fence that is none""");
            ann.locator("#text").press("Enter");
            ann.awaitSaid(1);
            assertThat(ann.locator("#list .text > code"))
                    .hasText(new String[] { "send(\"x\")", "a ` b", "http://example.org" });
            assertThat(ann.locator("#list .text > pre"))
                    .hasText(new String[] { "const a = \"<b>`x`</b>\";\n\n  return a;" });
            assertThat(ann.locator("#list .text a")).hasText(new String[] { "https://example.org/a_(b)" });
            assertThat(ann.said().get(0)).contains("An `unclosed one, and\n``` a fence that is none");
            ann.isSound();
        }
    }

    @Test
    void text_from_right_to_left_is_written_and_shown_so_but_no_address_and_no_code() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/right-to-left"))) {
            ann.locator("#text")
                    .fill("\u0645\u0631\u062d\u0628\u0627: https://example.org/a?b=1 \u0623\u0648 `f(1);`\n```\nif (a) {\n```");
            assertThat(ann.locator("#text")).hasCSS("direction", "rtl");
            ann.locator("#text").press("Enter");
            assertThat(ann.texts()).hasCSS("direction", "rtl");
            for (String part : List.of("a", ":scope > code", "pre")) {
                assertThat(ann.texts().locator(part)).hasCSS("direction", "ltr");
            }
            ann.say("https://example.org/\u202emoc.kcattA");
            assertThat(ann.texts().last().locator("a")).hasText("https://example.org/");
            ann.isSound();
        }
    }

    @Test
    void the_keyboard_is_enough() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/keys"));
                RoomPage bob = RoomPage.enter(browser.person(), replica.http("/rooms/keys"))) {
            Keyboard keyboard = ann.page().keyboard();
            // The page opens with the focus in the text box.
            assertThat(ann.locator("#text")).isFocused();
            keyboard.type("two");
            keyboard.press("Shift+Enter");
            keyboard.type("lines");
            keyboard.press("Enter");
            assertThat(bob.texts()).hasText(new String[] { "two\nlines" });
            keyboard.type("at once again");
            tabTo(ann.page(), "send");
            keyboard.press("Space");
            assertThat(bob.texts()).hasCount(2);
            assertThat(ann.locator("#text")).isFocused();

            tabTo(ann.page(), "name");
            keyboard.type("Ann");
            keyboard.press("Enter");
            assertThat(bob.locator("#members")).containsText("Ann");
            ann.isSound();
        }
    }

    /** Otherwise it would be at the beginning of the page. */
    @Test
    void a_button_that_removes_itself_leaves_the_focus_in_the_log() {
        BrowserContext person = browser.person();
        person.addInitScript(RoomPage.NO_SHARED_WORKERS + """
                ; const { send } = WebSocket.prototype;
                WebSocket.prototype.send = function (frame) {
                  const { seq, params } = frame[0] === "{" ? JSON.parse(frame) : {};
                  const reply = { data: JSON.stringify({ seq, code: 403, error: "no" }) };
                  params?.data === "refused"
                    ? setTimeout(() => this.dispatchEvent(new MessageEvent("message", reply)))
                    : send.call(this, frame);
                };""");
        try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/focus"))) {
            replica.post("/rooms/focus", "long ".repeat(4000));
            ann.awaitSaid(1);
            ann.locator("#list .body button").press("Enter");
            assertThat(ann.texts()).isFocused();
            ann.locator("#messages").evaluate("scroller => scroller.scrollTo(0, 0)");
            // It appears late, and nothing that is hidden gets the focus.
            ann.locator("#newer").waitFor();
            ann.locator("#newer").press("Enter");
            assertThat(ann.locator("#newer")).isHidden();
            assertThat(ann.locator("#messages")).isFocused();
            ann.say("refused");
            ann.locator("#waiting .fate button").last().waitFor();
            ann.locator("#waiting .fate button").last().press("Enter");
            assertThat(ann.locator("#waiting li")).hasCount(0);
            assertThat(ann.locator("#messages")).isFocused();
            ann.isSound();
        }
    }

    @Test
    void on_a_phone_the_people_are_behind_a_button_that_the_keyboard_opens_and_closes() {
        try (RoomPage ann = RoomPage.enter(browser.person(new NewContextOptions().setViewportSize(390, 800)),
                replica.http("/rooms/phone"))) {
            assertThat(ann.locator("[data-toggle=language]")).isVisible();
            assertThat(ann.locator("#people")).isHidden();
            tabTo(ann.page(), "people-button");
            ann.page().keyboard().press("Enter");
            assertThat(ann.locator("#people")).isVisible();
            tabTo(ann.page(), "name");
            ann.page().keyboard().press("Escape");
            assertThat(ann.locator("#people")).isHidden();
            assertThat(ann.locator("#people-button")).isFocused();
            ann.isSound();
        }
    }

    @Test
    void unread_messages_are_counted_in_the_title() {
        String room = replica.http("/rooms/unread");
        try (RoomPage ann = RoomPage.enter(browser.owner(), room); Page other = browser.owner().newPage()) {
            other.bringToFront();
            Browser.await(ann.page(), "document.hidden", true);
            replica.post("/rooms/unread", "one");
            Browser.await(ann.page(), "document.title", "(1) unread · Atrium");
            replica.post("/rooms/unread", "two");
            Browser.await(ann.page(), "document.title", "(2) unread · Atrium");
            ann.page().bringToFront();
            Browser.await(ann.page(), "document.title", "unread · Atrium");
            ann.awaitSaid(2);
            ann.isSound();
        }
    }

    @Test
    void the_page_is_in_the_language_of_its_reader() {
        try (RoomPage ann = RoomPage.enter(browser.person(new NewContextOptions().setLocale("zh-CN")),
                replica.http("/rooms/语言"))) {
            assertThat(ann.locator("html")).hasAttribute("lang", "zh-Hans");
            assertThat(ann.locator("#state")).hasText("已连接");
            assertThat(ann.locator("#room")).hasText("语言");
            assertThat(ann.locator("#text")).hasAttribute("placeholder", "发送到 语言");
            ann.locator("[data-toggle=language]").click();
            assertThat(ann.locator("#state")).hasText("connected");
            assertThat(ann.locator("html")).hasAttribute("lang", "en");
            ann.isSound();
        }
    }

    private static void tabTo(Page page, String id) {
        for (int presses = 0; presses < 20; presses++) {
            if (id.equals(page.evaluate("() => document.activeElement.id"))) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("no Tab leads to #" + id);
    }
}
