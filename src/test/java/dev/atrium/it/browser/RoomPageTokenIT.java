package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.Tokens;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Page of a room whose server requires a token. */
class RoomPageTokenIT extends WithBrowser {

    private static final String BLOCKED_STORAGE = """
            for (const area of ["localStorage", "sessionStorage"]) {
              Object.defineProperty(window, area, { get() { throw new DOMException("blocked", "SecurityError"); } });
            }""";

    private static Replica strict;

    @BeforeAll
    static void startStrict() {
        strict = SharedReplicas.strict();
    }

    private static String valid() {
        return Tokens.of("ann", "*:admin");
    }

    /** In one tab that asks the server itself, and in one that shares a connection. */
    @ParameterizedTest
    @ValueSource(strings = { "", RoomPage.NO_SHARED_WORKERS })
    void a_token_that_is_refused_is_asked_for_again_and_the_page_says_why(String script) {
        BrowserContext person = browser.person();
        person.addInitScript(script);
        try (RoomPage ann = RoomPage.open(person, strict.http("/rooms/lobby#access_token=nonsense"))) {
            assertThat(ann.locator("#token-why")).hasText("The token was refused: token: not valid for this server");
            ann.locator("#token").fill(valid());
            ann.locator("#token-form button").click();
            ann.awaitState("open");
            ann.isSound();
        }
    }

    @Test
    void a_token_that_grants_the_history_shows_what_one_before_it_did_not() {
        String room = "/rooms/granted-later";
        String admin = Tokens.of("root", "*:admin;/* *:admin");
        strict.given().auth().oauth2(admin).body("before").post(room).then().statusCode(201);
        try (RoomPage ann = RoomPage.enter(browser.person(),
                strict.http(room + "#access_token=" + Tokens.of("ann-later", "granted-later:join send")))) {
            ann.say("hello");
            assertThat(ann.texts()).hasText(new String[] { "hello" });
            strict.given().auth().oauth2(admin).delete("/users/ann-later/sessions").then().statusCode(200);
            ann.locator("#token").fill(Tokens.of("ann-later", "granted-later:join send history"));
            ann.locator("#token-form button").click();
            assertThat(ann.texts()).hasText(new String[] { "before", "hello" });
            ann.isSound();
        }
    }

    @Test
    void a_token_in_the_address_is_kept_in_the_tab_and_nowhere_else() {
        String token = valid();
        try (RoomPage ann = RoomPage.enter(browser.person(), strict.http("/rooms/address?access_token=" + token))) {
            ann.say("hello");
            assertThat(ann.texts()).hasText("hello");
            assertThat(ann.page().url()).isEqualTo(strict.http("/rooms/address"));
            assertThat((String) ann.page().evaluate("JSON.stringify(localStorage)")).contains("/rooms/address")
                    .doesNotContain(token);
            ann.page().reload();
            ann.awaitState("open").isSound();
        }
    }

    @Test
    void a_browser_that_stores_nothing_keeps_the_token_as_long_as_the_page() {
        BrowserContext person = browser.person();
        person.addInitScript(BLOCKED_STORAGE);
        try (RoomPage ann = RoomPage.open(person, strict.http("/rooms/lobby"))) {
            ann.locator("#token").fill(valid());
            ann.locator("#token-form button").click();
            ann.awaitState("open").isSound();
        }
    }
}
