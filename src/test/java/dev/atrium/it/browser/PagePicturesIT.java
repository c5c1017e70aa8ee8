package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.Tokens;
import dev.atrium.it.fixture.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each page as it looks, compared with a stored picture, so that a change of the look is a decision: delete the picture, and
 * the next run writes it anew. All text is in fonts that are stored here, because those of machines differ.
 */
class PagePicturesIT {

    /** Share of tiles that may differ. */
    static final double MAX_DIFFERENCE = 0.005;

    private static final Path STORED = Path.of("docs/pictures");
    private static final Path FONTS = Path.of("src/test/resources/fonts");
    private static final Path TAKEN = Path.of("target/screenshots");

    /** Fixes what differs from run to run: fonts, times, and measurements. */
    private static final String FIXED = """
            (() => {
              const fonts = %s;
              const { get } = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, "format");
              Object.defineProperty(Intl.DateTimeFormat.prototype, "format", { get() {
                const real = get.call(this);
                return () => real(Date.UTC(2026, 0, 15, 12, 34));
              } });
              const ago = Intl.RelativeTimeFormat.prototype.format;
              Intl.RelativeTimeFormat.prototype.format = function () {
                return ago.call(this, -5, "minute");
              };
              document.addEventListener("DOMContentLoaded", () => {
                const sheet = new CSSStyleSheet();
                sheet.replaceSync(`:root, code, pre { font-family: Latin, Chinese, sans-serif !important; }
                  #pulse, #chart, #figures dd { visibility: hidden; }`);
                document.adoptedStyleSheets.push(sheet);
                for (const [family, weight, base64] of fonts) {
                  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
                  document.fonts.add(new FontFace(family, bytes, { weight }));
                }
              });
            })()""";

    /** The port is another one in each run. */
    private static final String NO_PORT = "() => ['prefix', 'code'].map(id => document.getElementById(id)).forEach(each =>"
            + " each && (each.textContent = each.textContent.replaceAll(location.host, 'atrium.example.org')))";

    private static Browser browser;
    private static Replica open;
    private static Replica strict;
    private static RoomPage bob;
    private static SocketClient member;

    @BeforeAll
    static void start() throws IOException {
        // Chromium with a window sets letters half a pixel apart from it.
        Tool.require("chromium-headless-shell");
        browser = Browser.shared();
        open = Replica.start();
        member = open.plain("/rooms/planning");
        open.post("/rooms/lobby", "hello");
        open.post("/rooms/planning", "hello");
        strict = SharedReplicas.strict();
        bob = RoomPage.enter(browser.person(), room("bob"));
        bob.say("Good morning! Has anybody seen https://www.rfc-editor.org/rfc/rfc6455.html?");
        try (RoomPage ann = RoomPage.enter(browser.person(), room("ann"))) {
            ann.awaitSaid(1);
            ann.say("Yes: `frames`, masks, and lengths in three sizes.\n```\nFIN  opcode  MASK  length\n```");
            bob.awaitSaid(2);
        }
        bob.locator("#file").setInputFiles(new FilePayload("sky.png", "image/png", RoomPageLooksIT.sky()));
        assertThat(bob.locator("#list .picture img")).hasCount(1);
        bob.say("早上好！谁看过图表了？");
        bob.awaitSaid(3);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.closeUsers();
        }
        if (member != null) {
            member.close();
        }
        if (open != null) {
            open.close();
        }
    }

    static Stream<Arguments> looks() {
        return Stream.of("start", "room", "latency").flatMap(page -> Stream.of(ColorScheme.LIGHT, ColorScheme.DARK)
                .flatMap(scheme -> Stream.of("phone", "desktop")
                        .flatMap(screen -> Stream.of("en", "zh")
                                .map(language -> Arguments.of(page, scheme, screen, language)))));
    }

    @ParameterizedTest
    @MethodSource("looks")
    void a_page_looks_like_its_picture(String name, ColorScheme scheme, String screen, String language) throws IOException {
        NewContextOptions options = new NewContextOptions().setColorScheme(scheme).setTimezoneId("UTC")
                .setLocale(language.equals("zh") ? "zh-CN" : "en-GB")
                .setViewportSize(screen.equals("phone") ? 375 : 1200, screen.equals("phone") ? 720 : 800);
        try (BrowserContext person = browser.person(options)) {
            person.addInitScript(FIXED.formatted(fonts()));
            Page page = browser.open(person, switch (name) {
                case "room" -> room("ann");
                case "start" -> open.http("/");
                default -> open.http("/latency");
            });
            awaitComplete(page, name);
            page.evaluate(NO_PORT);
            byte[] png = page.screenshot(new Page.ScreenshotOptions().setFullPage(!name.equals("room")));
            compare(String.join("-", name, scheme.name().toLowerCase(), screen, language), Picture.ofPage(png));
            assertThat(Axe.violations(page)).isEmpty();
        }
    }

    private static void awaitComplete(Page page, String name) {
        switch (name) {
            case "room" -> {
                assertThat(page.locator("#members li")).hasCount(2);
                assertThat(page.locator("#list .line")).hasCount(4);
                assertThat(page.locator("#list .picture img")).hasCount(1);
            }
            case "start" -> assertThat(page.locator("#rooms .room-facts")).hasCount(2);
            default -> assertThat(page.locator("#count")).not().hasText("0");
        }
        page.locator(".room-facts").all().forEach(facts -> assertThat(facts).not().hasText("…"));
        page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))");
    }

    private static void compare(String name, Picture taken) throws IOException {
        taken.write(TAKEN.resolve(name + ".png"));
        Path stored = STORED.resolve(name + ".png");
        if (!Files.exists(stored)) {
            taken.write(stored);
            fail("%s is new: look at it, and commit it", stored);
        }
        assertThat(taken.difference(Picture.read(stored)))
                .as("%s, and %s in the same folder of target/screenshots", stored, name).isLessThan(MAX_DIFFERENCE);
    }

    private static String room(String user) {
        return strict.http("/rooms/planning#access_token=" + Tokens.of(user, "*:admin"));
    }

    /** Returns the fonts as a literal: family, weight, and bytes. */
    private static String fonts() throws IOException {
        StringBuilder fonts = new StringBuilder("[");
        for (List<String> font : List.of(List.of("Latin", "400", "latin-400"), List.of("Latin", "600", "latin-600"),
                List.of("Chinese", "400", "chinese"))) {
            byte[] bytes = Files.readAllBytes(FONTS.resolve(font.get(2) + ".woff2"));
            fonts.append("['%s', '%s', '%s'],".formatted(font.get(0), font.get(1), Base64.getEncoder().encodeToString(bytes)));
        }
        return fonts.append(']').toString();
    }
}
