package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.IsInViewportOptions;
import com.microsoft.playwright.options.FilePayload;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.Replica;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Files on the page of a room. */
class RoomPageFilesIT extends WithReplica {

    @Test
    void a_picture_is_shown_and_its_sender_sees_it_go() throws IOException {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/pictures"));
                RoomPage bob = RoomPage.enter(browser.person(), replica.http("/rooms/pictures"))) {
            ann.locator("#file").setInputFiles(new FilePayload("sunset.png", "image/png", png()));
            for (RoomPage each : new RoomPage[] { ann, bob }) {
                assertThat(each.locator("#list .file .filename")).hasText("sunset.png");
                assertThat(each.locator("#list .picture img")).hasJSProperty("naturalWidth", 320);
                assertThat(each.locator("#list .picture img")).hasAttribute("alt", "sunset.png");
                assertThat(each.locator("#list .own")).hasCount(each == ann ? 1 : 0);
                each.isSound();
            }
            assertThat(ann.locator("#uploads li")).hasCount(0);

            bob.locator("#list .picture button").focus();
            bob.page().keyboard().press("Enter");
            assertThat(bob.locator("dialog.viewer img")).hasJSProperty("naturalWidth", 320);
            bob.page().keyboard().press("Escape");
            assertThat(bob.locator("dialog.viewer")).hasCount(0);
            assertThat(bob.locator("#list .picture button")).isFocused();
            bob.locator("#list .picture button").click();
            bob.locator("dialog.viewer button").click();
            assertThat(bob.locator("dialog.viewer")).hasCount(0);
            bob.isSound();
        }
    }

    @Test
    void a_page_with_a_script_is_only_offered_for_download() throws IOException {
        byte[] html = "<script>opener ? opener.hacked = true : 0; window.hacked = true</script><h1>hello</h1>"
                .getBytes(StandardCharsets.UTF_8);
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/html"));
                RoomPage bob = RoomPage.enter(browser.person(), replica.http("/rooms/html"))) {
            ann.locator("#file").setInputFiles(new FilePayload("attack.html", "text/html", html));
            Locator button = bob.locator("#list .file a.button");
            Download download = bob.page().waitForDownload(button::click);
            assertThat(download.suggestedFilename()).isEqualTo("attack.html");
            assertThat(Files.readAllBytes(download.path())).isEqualTo(html);
            assertThat(bob.locator("#list .picture")).hasCount(0);
            // The file is also downloaded, not displayed, if its URL is opened directly.
            String address = replica.http(button.getAttribute("href").replaceFirst("^https?://[^/]+", ""));
            try (Page page = bob.page().context().newPage()) {
                Download again = page.waitForDownload(() -> page.evaluate("address => { location = address; }", address));
                assertThat(Files.readAllBytes(again.path())).isEqualTo(html);
            }
            bob.isSound();
        }
    }

    @Test
    void an_upload_shows_how_far_it_is_and_can_be_cancelled() throws IOException {
        try (Replica slow = Replica.start(Map.of("atrium.limits.bytes", "300K"));
                RoomPage ann = RoomPage.enter(browser.person(), slow.http("/rooms/cancel"))) {
            byte[] bytes = new byte[4 << 20];
            new Random(1).nextBytes(bytes);
            ann.locator("#file").setInputFiles(new FilePayload("long.bin", "application/octet-stream", bytes));
            assertThat(ann.locator("#uploads .filename")).hasText("long.bin");
            assertThat(ann.locator("#uploads li")).containsText("of 4 MB");
            Browser.await(ann.page(), "document.querySelector('#uploads progress').value > 0", true);
            ann.say("the room goes on meanwhile");
            assertThat(ann.texts()).hasText(new String[] { "the room goes on meanwhile" });
            ann.locator("#uploads button").click();
            assertThat(ann.locator("#uploads li")).hasCount(0);
            ann.say("and afterwards");
            ann.awaitSaid(2);
            assertThat(ann.locator("#list .file")).hasCount(0);
            ann.isSound();
        }
    }

    /** A worker for each of them at once would take hundreds of megabytes, and their list the place of the text box. */
    @Test
    void many_files_are_sent_a_few_at_a_time_and_leave_room_to_write() {
        BrowserContext person = browser.person();
        person.addInitScript("""
                window.workers = 0;
                window.mostWorkers = 0;
                window.held = [];
                window.Worker = class extends Worker {
                  constructor(...all) {
                    super(...all);
                    mostWorkers = Math.max(mostWorkers, ++workers);
                  }
                  postMessage(file) {
                    held ? held.push(() => super.postMessage(file)) : super.postMessage(file);
                  }
                  terminate() {
                    workers--;
                    super.terminate();
                  }
                };""");
        int many = 40;
        try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/many-files"))) {
            ann.locator("#file").setInputFiles(IntStream.range(0, many)
                    .mapToObj(i -> new FilePayload("file " + i + ".txt", "text/plain", new byte[1000 + i]))
                    .toArray(FilePayload[]::new));
            assertThat(ann.locator("#uploads li").last()).containsText("waiting to be sent");
            assertThat(ann.locator("#text")).isInViewport(new IsInViewportOptions().setRatio(1));
            ann.locator("#uploads li").last().locator("button").click();
            assertThat(ann.locator("#uploads li")).hasCount(many - 1);
            ann.page().evaluate("() => { const files = held; held = null; files.forEach(hash => hash()); }");
            assertThat(ann.locator("#list .file")).hasCount(many - 1);
            assertThat(ann.locator("#uploads li")).hasCount(0);
            assertThat((int) ann.page().evaluate("mostWorkers")).isBetween(1, 3);
            ann.isSound();
        }
    }

    @Test
    void the_page_of_a_server_that_keeps_no_files_shows_it() {
        try (Replica none = Replica.start(Map.of("atrium.file.store", "none"));
                RoomPage ann = RoomPage.enter(browser.person(), none.http("/rooms/none"))) {
            ann.locator("#file").setInputFiles(new FilePayload("a.txt", "text/plain", new byte[10]));
            assertThat(ann.locator("#uploads [role=alert]")).hasText("This server keeps no files.");
            ann.locator("#uploads button").click();
            assertThat(ann.locator("#uploads li")).hasCount(0);
            ann.isSound();
        }
    }

    @Test
    void a_file_that_is_too_large_is_refused_with_the_reason() {
        try (Replica small = Replica.start(Map.of("atrium.file.max-size", "1000"));
                RoomPage ann = RoomPage.enter(browser.person(), small.http("/rooms/small"))) {
            ann.locator("#file").setInputFiles(new FilePayload("a.txt", "text/plain", new byte[1001]));
            assertThat(ann.locator("#uploads [role=alert]")).containsText("too large for this server");
            ann.isSound();
        }
    }

    private static byte[] png() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(320, 200, BufferedImage.TYPE_INT_RGB), "png", bytes);
        return bytes.toByteArray();
    }
}
