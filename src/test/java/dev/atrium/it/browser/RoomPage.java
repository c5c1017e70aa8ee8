package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Page of a room in one tab, operated like a user would. It records everything that must not happen: uncaught errors, and
 * violations of the page's content security policy.
 */
final class RoomPage implements AutoCloseable {

    /** Script that removes shared workers: the page then uses locks and a channel between tabs. */
    static final String NO_SHARED_WORKERS = "delete window.SharedWorker";

    /** Script that returns the elements with text of their own that is wider than they are, or beyond the screen. */
    private static final String CUT = """
            () => [...document.querySelectorAll("body *")].filter((each) => {
              const text = [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
              const { left, right, width } = each.getBoundingClientRect();
              return text && width > 1 && (each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0 || left < 0 || right > innerWidth + 1);
            }).map((each) => each.outerHTML.slice(0, 200))""";

    private static final String WATCH = "addEventListener('securitypolicyviolation', event =>"
            + " console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))";

    private final Page page;
    private final List<String> faults = new ArrayList<>();

    private RoomPage(Page page) {
        this.page = page;
        page.onPageError(faults::add);
        page.onConsoleMessage(message -> {
            if (message.text().startsWith("policy: ") || message.text().contains("Content Security Policy")) {
                faults.add(message.text());
            }
        });
        page.addInitScript(WATCH);
    }

    /**
     * Script that makes the client of a page begin with a fallback transport, as it does for an hour after WebSockets have
     * failed.
     * A blank page has no storage.
     */
    static String transport(String name) {
        // No WebSocket gets through, or the client would be back on one within seconds.
        return NO_SHARED_WORKERS + "; try { localStorage.setItem(`atrium:ws://${location.host}/ws`, `" + name
                + " ${Date.now() + 3600000}`); } catch {}; window.WebSocket = class { close() {} };";
    }

    /** Opens another tab of a user at a URL. */
    static RoomPage open(BrowserContext person, String url) {
        RoomPage room = new RoomPage(person.newPage());
        room.page.navigate(url);
        return room;
    }

    /** Opens another tab of a user, and waits until it is connected. */
    static RoomPage enter(BrowserContext person, String url) {
        return open(person, url).awaitState("open");
    }

    Page page() {
        return page;
    }

    RoomPage awaitState(String name) {
        assertThat(locator("#state")).hasAttribute("data-name", name);
        return this;
    }

    /** Waits until the page is no longer connected. */
    void awaitAway() {
        assertThat(locator("#state")).hasAttribute("data-name", Pattern.compile("waiting|connecting"));
    }

    void say(String text) {
        locator("#text").fill(text);
        locator("#text").press("Enter");
    }

    /** Returns the elements of a page whose text is cut off, by themselves or by the edge of the screen. */
    @SuppressWarnings("unchecked")
    static List<String> cutTexts(Page page) {
        return (List<String>) page.evaluate(CUT);
    }

    Locator locator(String selector) {
        return page.locator(selector);
    }

    /** Displayed messages, without those that wait to be sent. */
    Locator texts() {
        return locator("#list .text");
    }

    @SuppressWarnings("unchecked")
    List<String> said() {
        return (List<String>) page
                .evaluate("() => [...document.querySelectorAll('#list .text')].map(text => text.textContent)");
    }

    void awaitSaid(int count) {
        assertThat(texts()).hasCount(count);
    }

    /** Checks that nothing has happened on the page that must not. */
    void isSound() {
        assertThat(faults).isEmpty();
        assertThat(page.evaluate("() => window.hacked === undefined")).isEqualTo(true);
    }

    @Override
    public void close() {
        page.close();
    }
}
