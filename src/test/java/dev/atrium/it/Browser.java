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
 * Headless Chromium of this machine, controlled by Playwright. It holds several users with separate storage, each of whom may
 * have several tabs. Playwright is bound to the thread that started it: wait for pages with {@link #await} and
 * {@code PlaywrightAssertions}, which stay on that thread.
 */
public final class Browser implements AutoCloseable {

    /** Long, because a CI machine may pause for seconds. */
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

    /** Starts the browser. Skips the test if Chromium is missing, or Node, which Playwright needs. */
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

    /** Creates a user with separate cookies and storage. Each {@code newPage()} opens another tab of this user. */
    public BrowserContext person() {
        return person(new com.microsoft.playwright.Browser.NewContextOptions());
    }

    /** Creates a user with separate cookies and storage, and with options such as a language or a screen size. */
    public BrowserContext person(com.microsoft.playwright.Browser.NewContextOptions options) {
        return patient(chromium.newContext(options));
    }

    /**
     * The default user, whose tabs can be hidden and frozen: Playwright reports all tabs of other users as visible. There is
     * only one, so close its pages.
     */
    public BrowserContext owner() {
        if (owner == null) {
            owner = patient(playwright.chromium().connectOverCDP("http://127.0.0.1:" + debuggingPort,
                    new BrowserType.ConnectOverCDPOptions().setNoDefaults(true)).contexts().get(0));
        }
        return owner;
    }

    /** Opens a page as a new user. */
    public Page open(String url) {
        return open(person(), url);
    }

    /** Runs a task and returns the trace of the page's main thread, for {@link MainThread}. */
    byte[] trace(Page page, Runnable work) {
        chromium.startTracing(page,
                new com.microsoft.playwright.Browser.StartTracingOptions().setCategories(MainThread.CATEGORIES));
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            // Otherwise no other trace could begin.
            chromium.stopTracing();
            throw e;
        }
        return chromium.stopTracing();
    }

    /** Opens another tab of a user. */
    public Page open(BrowserContext person, String url) {
        Page page = person.newPage();
        page.navigate(url);
        return page;
    }

    /** Waits until an expression has a value in a page. */
    public static void await(Page page, String expression, Object expected) {
        SocketClient.await().pollInSameThread()
                .untilAsserted(() -> assertThat(page.evaluate(expression)).as(expression).isEqualTo(expected));
    }

    /**
     * Hides a tab of the {@link #owner} and stops its timers and tasks, as browsers do with tabs that were in the background
     * for minutes.
     */
    public static void freeze(Page page) {
        page.evaluate(
                "() => { window.frozen = false; document.addEventListener('freeze', () => (window.frozen = true), { once: true }); }");
        lifecycle(page, "frozen");
        // An event that arrives before the page is frozen is still handled.
        await(page, "frozen", true);
        assertThat(page.evaluate("document.visibilityState")).isEqualTo("hidden");
    }

    /** Continues a page after {@link #freeze}, as if the user returned to the tab. */
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
