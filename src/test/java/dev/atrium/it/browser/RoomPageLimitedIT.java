package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.options.FilePayload;
import dev.atrium.it.fixture.HostileProxy;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Page of a room over a fallback transport, which has no session, and over a link that carries nothing. */
class RoomPageLimitedIT extends WithReplica {

    private static final FilePayload FILE = new FilePayload("a.txt", "text/plain", "content".getBytes(StandardCharsets.UTF_8));

    @ParameterizedTest
    @ValueSource(strings = { "sse", "poll" })
    void a_limited_connection_names_its_limits_and_own_messages_stay_own(String transport) {
        String room = replica.http("/rooms/limited-" + transport);
        try (RoomPage ann = RoomPage.enter(over(transport), room); RoomPage bob = RoomPage.enter(browser.person(), room)) {
            assertThat(ann.locator("#state")).hasText("limited connection");
            assertThat(ann.locator("#limits")).hasText("Limited connection: no presence, no files.");
            assertThat(ann.locator("#members")).containsText("not shown over a limited connection");
            assertThat(ann.locator("#name-field")).isHidden();
            ann.locator("#call-button").click();
            assertThat(ann.locator("#hint")).hasText("Calls need more than a limited connection.");
            ann.say("from ann");
            bob.awaitSaid(1);
            bob.say("from bob");
            for (int loads = 1; loads <= 2; loads++) {
                assertThat(ann.texts()).hasText(new String[] { "from ann", "from bob" });
                assertThat(ann.locator("#list .own .text")).hasText(new String[] { "from ann" });
                assertThat(ann.locator("#notice")).isHidden();
                ann.page().reload();
                ann.awaitState("open");
            }
            assertThat(bob.locator("#limits")).isHidden();
            ann.isSound();
        }
    }

    @Test
    void files_are_received_over_a_limited_connection_and_not_sent() throws IOException {
        String room = SharedReplicas.strict().http("/rooms/limited-files#access_token=");
        try (RoomPage ann = RoomPage.enter(over("sse"), room + Tokens.of("ann", "*:admin"));
                RoomPage bob = RoomPage.enter(browser.person(), room + Tokens.of("bob", "*:admin"))) {
            assertThat(ann.locator("#attach")).isDisabled();
            ann.locator("#file").setInputFiles(FILE);
            assertThat(ann.locator("#uploads [role=alert]")).hasText("This limited connection sends no files.");
            bob.locator("#file").setInputFiles(FILE);
            Download download = ann.page().waitForDownload(() -> ann.locator("#list .file button").click());
            assertThat(Files.readAllBytes(download.path())).asString().isEqualTo("content");
            ann.isSound();
        }
    }

    @Test
    void a_link_that_is_dead_is_not_shown_as_connected_while_a_message_waits() throws IOException {
        try (HostileProxy proxy = new HostileProxy(replica.port());
                BrowserContext phone = browser.person(new NewContextOptions().setViewportSize(375, 720));
                RoomPage ann = RoomPage.enter(phone, proxy.http("/rooms/dead"))) {
            assertThat(ann.locator("#unsent")).isHidden();
            proxy.swallow();
            ann.say("one");
            assertThat(ann.locator("#unsent")).hasText("The server does not answer: 1 message waits to be sent.");
            assertThat(ann.locator("#state")).hasText("no answer");
            ann.say("two");
            assertThat(ann.locator("#unsent")).containsText("2 messages wait");
            proxy.refuse();
            proxy.cut();
            assertThat(ann.locator("#unsent")).hasText("No connection: 2 messages wait to be sent.");
            // The button is shown if the next attempt is more than a second away.
            ann.locator("#again").waitFor();
            assertThat(RoomPage.cutTexts(ann.page())).isEmpty();
            proxy.heal();
            ann.awaitSaid(2);
            ann.awaitState("open");
            assertThat(ann.locator("#unsent")).isHidden();
            assertThat(ann.said()).isEqualTo(List.of("one", "two"));
            ann.isSound();
        }
    }

    private static BrowserContext over(String transport) {
        BrowserContext person = browser.person();
        person.addInitScript(RoomPage.transport(transport));
        return person;
    }
}
