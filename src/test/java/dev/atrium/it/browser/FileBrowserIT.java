package dev.atrium.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.FileClient;
import dev.atrium.it.fixture.HostileProxy;
import dev.atrium.it.fixture.LossyFrames;
import dev.atrium.it.fixture.MainThread;
import dev.atrium.it.fixture.Replica;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large file from one browser to another, over a network that loses chunks and cuts the connection. */
@Tag("in-pairs")
class FileBrowserIT {

    /** Page of the server's origin without a content security policy. */
    private static final String BLANK = "/rooms/blank/messages";
    private static final String MARK = "upload";
    /** So many that to hash them at once takes longer than {@link #LONGEST_TASK_MILLIS}. */
    private static final int SIZE = 20 * 1024 * 1024;
    private static final double LOST = 0.05;
    private static final double LONGEST_TASK_MILLIS = 100;
    private static final Map<String, String> SETTINGS = Map.of("atrium.file.ttl", "10m");

    private static final String ENTER = """
            async (shared) => {
              const { connect } = await import("/atrium.js");
              window.connection = connect("/", { timeout: 1000, backoff: { least: 20, most: 200 }, ...(shared ? { shared: true } : {}) });
              window.lobby = connection.room("files");
              window.files = [];
              lobby.on("@file", (data) => files.push(data));
            }""";

    /** Fetches bytes that the test generated from a seed, and keeps them in an array, so that only the upload is measured. */
    private static final String MAKE = """
            async (url) => {
              const bytes = await (await fetch(url)).arrayBuffer();
              window.file = new File([bytes], "large.bin");
              return bytes.byteLength;
            }""";

    private static final String UPLOAD = """
            () => {
              performance.mark("upload");
              window.progress = { phase: "", done: 0 };
              window.result = undefined;
              lobby.upload(file, { onProgress: (now) => (progress = now) }).then((sent) => (result = sent), (failure) => (result = String(failure)));
            }""";

    /** Task that takes the processor longer than the limit, whatever else it does. */
    private static final String BUSY = """
            () => {
              performance.mark("upload");
              return new Promise((resolve) => setTimeout(() => {
                let sum = 0;
                for (let i = 0; i < 3e8; i++) sum = (sum + i) % 7;
                resolve(sum);
              }));
            }""";

    private static final String DOWNLOAD = """
            async (id) => {
              const blob = await lobby.download(id);
              const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
              return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
            }""";

    private static Browser browser;

    @BeforeAll
    static void start() {
        browser = Browser.start();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @ParameterizedTest(name = "shared: {0}")
    @ValueSource(booleans = { false, true })
    void twenty_megabytes_arrive_as_they_were_though_chunks_are_lost_and_the_connection_is_cut(boolean shared)
            throws IOException {
        byte[] bytes = new byte[SIZE];
        new Random(42).nextBytes(bytes);
        LossyFrames losses = new LossyFrames(LOST, 7);
        try (Replica replica = Replica.start(SETTINGS);
                HostileProxy proxy = new HostileProxy(replica.port(), losses);
                Site source = Site.of(bytes);
                BrowserContext anns = browser.person();
                BrowserContext bobs = browser.person()) {
            Page ann = enter(anns, proxy.http(BLANK), shared);
            Page bob = enter(bobs, replica.http(BLANK), shared);
            assertThat(ann.evaluate(MAKE, source.url())).isEqualTo(SIZE);
            double longest = MainThread.longestTaskMillis(browser.trace(ann, () -> {
                ann.evaluate(UPLOAD);
                ann.waitForFunction(
                        "() => result !== undefined || progress.phase === 'sending' && progress.done > progress.total / 2",
                        null, patiently());
                proxy.cut();
                ann.waitForFunction("() => result !== undefined", null, patiently());
            }), MARK);

            String sha256 = FileClient.sha256(bytes);
            Browser.await(bob, "files.length", 1);
            assertThat(bob.evaluate("files[0].sha256")).isEqualTo(sha256);
            assertThat(ann.evaluate("result.id")).isEqualTo(bob.evaluate("files[0].id"));
            assertThat(FileClient.get("GET", replica.http((String) bob.evaluate("files[0].url"))).body()).isEqualTo(bytes);
            assertThat(bob.evaluate(DOWNLOAD, bob.evaluate("files[0].id"))).isEqualTo(sha256);
            assertThat(losses.lost()).as("chunks that were lost").isPositive();
            assertThat(longest).as("the longest task on the page, in milliseconds of the processor").isPositive()
                    .isLessThanOrEqualTo(LONGEST_TASK_MILLIS);
        }
    }

    @Test
    void a_page_that_is_busy_would_be_seen() {
        try (Site site = Site.of("<title>busy</title>"); BrowserContext person = browser.person()) {
            Page page = browser.open(person, site.url());
            byte[] trace = browser.trace(page, () -> page.evaluate(BUSY));
            assertThat(MainThread.longestTaskMillis(trace, MARK)).isGreaterThan(LONGEST_TASK_MILLIS);
        }
    }

    private static Page enter(BrowserContext person, String url, boolean shared) {
        Page page = browser.open(person, url);
        page.evaluate(ENTER, shared);
        Browser.await(page, "connection.state.name", "open");
        return page;
    }

    private static Page.WaitForFunctionOptions patiently() {
        return new Page.WaitForFunctionOptions().setTimeout(60_000).setPollingInterval(20);
    }
}
