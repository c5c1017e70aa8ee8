package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.IsInViewportOptions;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Screenshots of the room's page in {@code target/screenshots}, for visual review, and a check that nothing is cut off at the
 * sides.
 */
class RoomPageLooksIT extends WithReplica {

    /** Script that returns the rules of a page which set a size of letters that does not follow the settings of the browser. */
    private static final String FIXED_SIZES = """
            [...document.styleSheets].flatMap(function all({ cssRules }) { return [...cssRules ?? []].flatMap((rule) => [rule, ...all(rule)]); })
                .filter(({ style }) => style?.fontSize.endsWith("px")).map(({ cssText }) => cssText)""";

    @ParameterizedTest
    @CsvSource({ "light, LIGHT, 1200, 800, en-GB", "dark, DARK, 1200, 800, en-GB", "phone, LIGHT, 390, 844, zh-CN",
            "phone-dark, DARK, 390, 844, en-GB" })
    void the_page_fits_the_screen(String name, ColorScheme scheme, int width, int height, String locale) throws IOException {
        String room = replica.http("/rooms/looks-" + name);
        try (BrowserContext person = browser
                .person(new NewContextOptions().setColorScheme(scheme).setViewportSize(width, height).setLocale(locale));
                RoomPage ann = RoomPage.enter(person, room);
                RoomPage bob = RoomPage.enter(browser.person(), room)) {
            ann.locator("#ask-later").click();
            bob.locator("#name").fill("Bob");
            bob.locator("#name").press("Enter");
            bob.say("Good morning! Has anybody seen https://www.rfc-editor.org/rfc/rfc6455.html#section-5.2?");
            assertThat(ann.texts()).hasCount(1);
            ann.say("Yes: frames, masks, and lengths in three sizes.\nIt is shorter than one thinks.");
            assertThat(bob.texts()).hasCount(2);
            bob.say("A word that is very long: " + "a".repeat(120));
            bob.locator("#file").setInputFiles(
                    new FilePayload("a picture of the sky with quite a long name, taken this morning.png", "image/png", sky()));
            assertThat(ann.locator("#list .picture img")).hasCount(1);
            replica.post("/rooms/looks-" + name, "application/json",
                    "{\"build\": 1042, \"passed\": true, \"seconds\": 61.5}".getBytes());
            bob.locator("#text").pressSequentially("And");
            assertThat(ann.locator("#list pre")).hasCount(1);
            assertThat(ann.locator("#typing")).not().isEmpty();
            ann.page().screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots", "room-" + name + ".png")));
            assertThat(ann.page().evaluate("document.documentElement.scrollWidth <= innerWidth")).isEqualTo(true);
            ann.isSound();
            ann.page().navigate(replica.http("/"));
            ann.page().waitForLoadState();
            ann.page().screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots", "start-" + name + ".png"))
                    .setFullPage(true));
            assertThat(ann.page().evaluate("document.documentElement.scrollWidth <= innerWidth")).isEqualTo(true);
        }
    }

    @ParameterizedTest
    @CsvSource({ "400, 800", "1100, 700" })
    void the_way_to_the_newest_message_covers_nothing_but_the_log_which_alone_is_scrolled(int width, int height) {
        String room = "/rooms/looks-newest-" + width;
        for (int i = 0; i < 20; i++) {
            replica.post(room, "one\ntwo\nthree\nfour");
        }
        try (BrowserContext person = browser.person(new NewContextOptions().setViewportSize(width, height));
                RoomPage ann = RoomPage.enter(person, replica.http(room))) {
            assertThat(ann.texts()).hasCount(20);
            assertThat(ann.locator("#ask")).isVisible();
            ann.locator("#text").fill("a\nb\nc\nd\ne");
            ann.locator("#messages").evaluate("log => log.scrollTo(0, 0)");
            assertThat(ann.locator("#newer")).isVisible();
            ann.page().screenshot(
                    new Page.ScreenshotOptions().setPath(Path.of("target/screenshots", "room-newest-" + width + ".png")));
            BoundingBox button = ann.locator("#newer").boundingBox();
            BoundingBox log = ann.locator("#messages").boundingBox();
            assertThat(button.y).isGreaterThan(log.y + log.height / 2);
            assertThat(button.y + button.height).isLessThan(log.y + log.height);
            assertThat(ann.locator("#main").evaluate("main => main.scrollHeight - main.clientHeight")).isEqualTo(0);
            ann.locator("#newer").click();
            assertThat(ann.locator("#newer")).isHidden();
        }
    }

    @Test
    void letters_are_as_large_as_the_settings_of_the_browser_say() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/letters"))) {
            assertThat(ann.page().evaluate(FIXED_SIZES)).isEqualTo(List.of());
            ann.page().navigate(replica.http("/"));
            assertThat(ann.page().evaluate(FIXED_SIZES)).isEqualTo(List.of());
        }
    }

    @Test
    void a_long_name_of_a_room_leaves_room_for_its_messages() {
        String name = "a very long name ".repeat(15).strip();
        try (BrowserContext person = browser.person(new NewContextOptions().setViewportSize(360, 740));
                RoomPage ann = RoomPage.enter(person, replica.http("/rooms/" + name.replace(" ", "%20")))) {
            assertThat(ann.locator("#text").boundingBox().height).isLessThan(50);
            assertThat(ann.locator("#room")).hasAttribute("title", name);
        }
    }

    /** The second is that of a screen of 1280 by 1024 at 400 %. */
    @ParameterizedTest
    @CsvSource({ "740, 220", "320, 256" })
    void on_a_low_screen_one_can_scroll_to_the_text_box(int width, int height) {
        try (BrowserContext person = browser.person(new NewContextOptions().setViewportSize(width, height));
                RoomPage ann = RoomPage.enter(person, replica.http("/rooms/looks-low-" + height))) {
            assertThat(ann.locator("#ask")).isVisible();
            ann.locator("#find-button").evaluate("button => button.click()");
            ann.page().mouse().move(width / 2.0, height - 10);
            ann.page().mouse().wheel(0, 2000);
            ann.page().screenshot(
                    new Page.ScreenshotOptions().setPath(Path.of("target/screenshots", "room-low-" + height + ".png")));
            assertThat(ann.locator("#send")).isInViewport(new IsInViewportOptions().setRatio(1));
            assertThat(ann.locator("#text")).isInViewport(new IsInViewportOptions().setRatio(1));
        }
    }

    static byte[] sky() throws IOException {
        BufferedImage image = new BufferedImage(640, 360, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setPaint(new GradientPaint(0, 0, new Color(0x4A90D9), 0, 360, new Color(0xF5C28A)));
        pen.fillRect(0, 0, 640, 360);
        pen.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
