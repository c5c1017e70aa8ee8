package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import dev.atrium.it.fixture.SharedReplicas;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Accessibility of the room's page in the states that it can be in; {@link PagePicturesIT} checks each page as it opens. */
class PageAccessibilityIT extends WithReplica {

    @ParameterizedTest
    @EnumSource(names = { "LIGHT", "DARK" })
    void the_page_of_a_room_is_accessible_in_each_state(ColorScheme scheme) throws IOException {
        String room = "/rooms/axe-" + scheme;
        try (BrowserContext person = person(scheme, 1200); RoomPage ann = RoomPage.enter(person, replica.http(room))) {
            assertThat(ann.locator("#ask")).isVisible();
            isAccessible("a name is asked for, and the room is empty", ann);
            replica.post(room, "application/json", "{\"build\": 1042}".getBytes());
            replica.post(room + "?event=alarm", "fire");
            ann.locator("#file").setInputFiles(new FilePayload("sky.png", "image/png", RoomPageLooksIT.sky()));
            ann.say("`code` and https://example.org\n```\nmore code\n```");
            ann.awaitSaid(2);
            assertThat(ann.locator("#list .picture img")).hasCount(1);
            isAccessible("with messages", ann);
            ann.locator("#find-button").click();
            ann.locator("#find-text").fill("code");
            isAccessible("search", ann);
            ann.page().keyboard().press("Escape");
            ann.locator("#switch").click();
            isAccessible("other rooms", ann);
            ann.page().keyboard().press("Escape");
            ann.locator("#share-button").click();
            isAccessible("shared", ann);
            ann.page().keyboard().press("Escape");
            ann.locator(".picture button").click();
            isAccessible("a picture", ann);
            ann.isSound();
        }
    }

    @ParameterizedTest
    @EnumSource(names = { "LIGHT", "DARK" })
    void the_page_of_a_room_is_accessible_on_a_phone(ColorScheme scheme) {
        try (BrowserContext person = person(scheme, 375)) {
            person.addInitScript(RoomPage.transport("sse"));
            try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/axe-phone-" + scheme))) {
                assertThat(ann.locator("#limits")).isVisible();
                isAccessible("a limited connection", ann);
                ann.locator("#tools-button").click();
                isAccessible("the menu", ann);
                ann.page().keyboard().press("Escape");
                ann.locator("#people-button").click();
                isAccessible("people", ann);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = { "LIGHT", "DARK" })
    void the_form_for_a_token_is_accessible(ColorScheme scheme) {
        try (BrowserContext person = person(scheme, 1200);
                RoomPage ann = RoomPage.open(person, SharedReplicas.strict().http("/rooms/lobby"))) {
            assertThat(ann.locator("#token")).isVisible();
            isAccessible("a token is required", ann);
        }
    }

    private static void isAccessible(String state, RoomPage page) {
        assertThat(Axe.violations(page.page())).as(state).isEmpty();
    }

    private static BrowserContext person(ColorScheme scheme, int width) {
        return browser.person(new NewContextOptions().setColorScheme(scheme).setViewportSize(width, 800).setReducedMotion(
                com.microsoft.playwright.options.ReducedMotion.REDUCE));
    }
}
