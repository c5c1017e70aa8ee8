package dev.atrium.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The machine's own Chromium, headless, by Playwright. It holds several people, who share nothing, and each of them may
 * have several tabs. Like all of Playwright it belongs to the thread that has started it: wait for pages with
 * {@link #await} and {@code PlaywrightAssertions}, which stay on it.
 */
public final class Browser implements AutoCloseable {

    /** A machine of CI may stand still for seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> ARGUMENTS = List.of("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync");

    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;
    private final int debuggingPort;
    private BrowserContext owner;

    private Browser(Playwright playwright, Path executable) {
        this.playwright = playwright;
        this.debuggingPort = freePort();
        List<String> arguments = new ArrayList<>(ARGUMENTS);
        arguments.add("--remote-debugging-port=" + debuggingPort);
        this.chromium = playwright.chromium().launch(new BrowserType.LaunchOptions()
                .setExecutablePath(executable).setHeadless(true).setArgs(arguments));
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE.toMillis());
    }

    /** Skips the test where there is no Chromium, or no Node, which Playwright runs on. */
    public static Browser start() {
        Path executable = Tool.require("chromium");
        Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of(
                "PLAYWRIGHT_NODEJS_PATH", Tool.require("node").toString(),
                "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        try {
            return new Browser(playwright, executable);
        } catch (RuntimeException e) {
            playwright.close();
            throw e;
        }
    }

    /** Somebody with cookies and storage of their own. Each {@code newPage()} is one more of their tabs. */
    public BrowserContext person() {
        return person(new com.microsoft.playwright.Browser.NewContextOptions());
    }

    /** The same, with a language, a screen and so on of their own. */
    public BrowserContext person(com.microsoft.playwright.Browser.NewContextOptions options) {
        return patient(chromium.newContext(options));
    }

    /**
     * The one whose tabs can be out of sight, and frozen: Playwright pretends that all tabs of everybody else are looked at.
     * It is the same one each time, so close its pages.
     */
    public BrowserContext owner() {
        if (owner == null) {
            owner = patient(playwright.chromium().connectOverCDP("http://127.0.0.1:" + debuggingPort,
                    new BrowserType.ConnectOverCDPOptions().setNoDefaults(true)).contexts().get(0));
        }
        return owner;
    }

    /** A page, loaded by somebody new. */
    public Page open(String url) {
        return open(person(), url);
    }

    /** Does that with a page, and returns what its main thread was busy with, for {@link MainThread}. */
    byte[] trace(Page page, Runnable work) {
        chromium.startTracing(page, new com.microsoft.playwright.Browser.StartTracingOptions().setCategories(MainThread.CATEGORIES));
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            // Or no other one could begin.
            chromium.stopTracing();
            throw e;
        }
        return chromium.stopTracing();
    }

    /** One more tab of somebody. */
    public Page open(BrowserContext person, String url) {
        Page page = person.newPage();
        page.navigate(url);
        return page;
    }

    /** Waits until an expression has that value in a page. */
    public static void await(Page page, String expression, Object expected) {
        SocketClient.await().pollInSameThread()
                .untilAsserted(() -> assertThat(page.evaluate(expression)).as(expression).isEqualTo(expected));
    }

    /** Hides a tab of the {@link #owner} and stops its timers and tasks, as browsers do where nobody has looked for minutes. */
    public static void freeze(Page page) {
        page.evaluate("() => { window.frozen = false; document.addEventListener('freeze', () => (window.frozen = true), { once: true }); }");
        lifecycle(page, "frozen");
        // Only then: an event that comes before is still handled.
        await(page, "frozen", true);
        assertThat(page.evaluate("document.visibilityState")).isEqualTo("hidden");
    }

    /** Goes on after {@link #freeze}, because somebody looks at the tab again. */
    public static void thaw(Page page) {
        lifecycle(page, "active");
        page.bringToFront();
    }

    private static void lifecycle(Page page, String state) {
        JsonObject parameters = new JsonObject();
        parameters.addProperty("state", state);
        CDPSession session = page.context().newCDPSession(page);
        session.send("Page.setWebLifecycleState", parameters);
        session.detach();
    }

    private static BrowserContext patient(BrowserContext person) {
        person.setDefaultTimeout(PATIENCE.toMillis());
        return person;
    }

    private static int freePort() {
        try {
            return RedisProcess.freePort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        playwright.close();
    }
}
