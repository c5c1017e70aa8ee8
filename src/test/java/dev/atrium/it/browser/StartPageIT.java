package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route.FulfillOptions;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.Tokens;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The first page, with its list of rooms, in a real browser. */
class StartPageIT extends WithBrowser {

    private static Replica replica;

    /** Not the shared one, which has more rooms than are listed. */
    @BeforeAll
    static void startReplica() {
        replica = Replica.start();
    }

    @AfterAll
    static void stopReplica() {
        if (replica != null) {
            replica.close();
        }
    }

    @Test
    void rooms_are_listed_with_their_members_and_their_last_activity() {
        replica.post("/rooms/quiet", "long ago");
        Page page = browser.open(replica.http("/"));
        assertThat(facts(page, "quiet")).hasText(Pattern.compile("nobody there · active (now|1 min\\. ago)"));
        try (SocketClient ann = replica.plain("/rooms/busy"); SocketClient bob = replica.plain("/rooms/busy")) {
            assertThat(facts(page, "busy")).hasText("2 people · no recent messages");
            ann.text("hello");
            bob.await(1);
            assertThat(facts(page, "busy")).hasText(Pattern.compile("2 people · active (now|1 min\\. ago)"));
        }
    }

    @Test
    void a_user_is_shown_what_the_token_grants() {
        Replica strict = SharedReplicas.strict();
        strict.given().auth().oauth2(Tokens.of("bob", "*:admin")).body("hello").post("/rooms/granted").then().statusCode(201);
        Page page = browser.open(strict.http("/#access_token=" + Tokens.of("ann", "granted:join presence")));
        assertThat(page.locator("#rooms a")).hasAttribute("href", "/rooms/granted");
        assertThat(facts(page, "granted")).hasText("nobody there");
        assertThat(page.locator("#notice")).isHidden();
    }

    @ParameterizedTest
    @CsvSource({ "200, the answer is not that of this server", "502, 502 Bad Gateway" })
    void an_answer_that_is_not_the_servers_is_named_so(int status, String reason) {
        Page page = browser.person().newPage();
        page.route(Pattern.compile(".*/rooms\\?.*"), route -> route.fulfill(
                new FulfillOptions().setStatus(status).setContentType("text/html").setBody("<p>Log in")));
        page.navigate(replica.http("/"));
        assertThat(page.locator("#rooms-note")).hasText("The rooms could not be listed: " + reason);
    }

    /** No header can carry it, so that no request would ever be answered with 401. */
    @Test
    void a_token_that_was_cut_by_an_ellipsis_is_asked_for_again() {
        Page page = browser.open(SharedReplicas.strict().http("/#access_token=eyJh%E2%80%A6"));
        assertThat(page.locator("#token-why")).hasText("This server requires a token. Its operator can give you one.");
        page.locator("#token").fill("eyJh\u2026");
        page.locator("#token-form button").click();
        assertThat(page.locator("#token-form .complaint"))
                .hasText("A token has no such characters: copy it again, as a whole.");
        page.reload();
        page.locator("#token").fill(Tokens.of("ann", "*:admin"));
        page.locator("#token-form button").click();
        assertThat(page.locator("#rooms a").first()).isVisible();
    }

    @ParameterizedTest
    @ValueSource(strings = { "en-GB", "zh-CN" })
    void on_a_phone_no_text_is_cut(String locale) {
        replica.post("/rooms/" + "a-room-with-a-very-long-name-".repeat(3), "hello");
        Page page = browser.open(browser.person(new NewContextOptions().setLocale(locale).setViewportSize(375, 720)),
                replica.http("/"));
        assertThat(page.locator("#rooms .room-facts").first()).not().hasText("…");
        for (Locator way : page.locator("#ways button").all()) {
            way.click();
            assertThat(RoomPage.cutTexts(page)).as(way.textContent()).isEmpty();
        }
        page.navigate(replica.http("/latency"));
        assertThat(page.locator("#count")).not().hasText("0");
        assertThat(RoomPage.cutTexts(page)).isEmpty();
    }

    private static Locator facts(Page page, String room) {
        return page.locator("#rooms a[data-room='" + room + "'] .room-facts");
    }
}
