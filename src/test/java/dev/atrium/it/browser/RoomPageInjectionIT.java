package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.options.FilePayload;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.Tokens;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Injection into the room's page: texts and names from users are displayed as text, and nothing in them is executed. It is not
 * the content security policy that prevents it: the policy reports no violation.
 */
class RoomPageInjectionIT extends WithReplica {

    /** None contains a slash apart from that of the namespace, so that each can also be the name of a file. */
    @ParameterizedTest
    @ValueSource(strings = { "<img src=x onerror=window.hacked=1>", "\"><script>window.hacked=1<\\script>",
            "<svg onload='window.hacked=1'>",
            "javascript:window.hacked=1", "{{constructor.constructor('window.hacked=1')()}}",
            "' autofocus onfocus=window.hacked=1 x='" })
    void hostile_text_is_shown_as_it_is(String attack) {
        String namespace = "/" + attack.replaceAll("[ ,?]", "");
        String inNamespace = "?ns=" + encoded(namespace);
        String address = replica.http("/rooms/" + encoded(attack) + inNamespace);
        try (BrowserContext person = browser.person();
                RoomPage ann = RoomPage.enter(person, address);
                SessionClient eve = SessionClient.connect(replica.ws("/ws" + inNamespace))) {
            String room = "{\"room\":" + quoted(attack) + ",";
            eve.join(attack.replace("\\", "\\\\").replace("\"", "\\\""));
            eve.call("send", room + "\"event\":\"name\",\"data\":" + quoted(attack) + "}");
            eve.call("send", room + "\"data\":" + quoted(attack) + "}");
            eve.call("send", room + "\"data\":{" + quoted(attack) + ":" + quoted(attack) + "}}");
            eve.call("send", room + "\"event\":" + quoted(attack) + ",\"data\":" + quoted(attack) + "}");
            eve.call("send", room + "\"event\":\"typing\",\"data\":\"\"}");
            assertThat(ann.locator("#room")).hasText(namespace + " " + attack);
            assertThat(ann.texts()).hasText(new String[] { attack, attack });
            assertThat(ann.locator("#list pre")).containsText("window.hacked");
            assertThat(ann.locator("#list .event")).containsText("event " + attack);
            assertThat(ann.locator("#list .who").first()).hasText(attack.length() > 40 ? attack.substring(0, 40) : attack);
            assertThat(ann.locator("#typing")).containsText(attack.substring(0, 20));
            assertThat(ann.locator("#members")).containsText(attack.substring(0, 20));

            ann.locator("#name").fill(attack);
            ann.locator("#name").press("Enter");
            ann.locator("#file").setInputFiles(new FilePayload(attack.replace("\\", ""), "image/svg+xml",
                    "<svg onload='top.hacked=1'/>".getBytes(StandardCharsets.UTF_8)));
            assertThat(ann.locator("#list .filename")).hasText(attack.replace("\\", ""));
            ann.say(attack);
            assertThat(ann.texts()).hasCount(3);
            ann.isSound();

            // From the history, and from the browser's storage.
            ann.page().reload();
            assertThat(ann.texts()).hasText(new String[] { attack, attack, attack });
            ann.isSound();
        }
    }

    /** Code of a message, and what looks like the end of it. */
    @ParameterizedTest
    @ValueSource(strings = { "`<img src=x onerror=window.hacked=1>`", "```\n<script>window.hacked=1</script>\n```",
            "```<img src=x onerror=window.hacked=1>\n</code></pre><svg onload='window.hacked=1'>\n```",
            "`</code><img src=x onerror=window.hacked=1>",
            "`javascript:window.hacked=1` https://a`<b onclick=window.hacked=1>`",
            "``` ` `` <img src=x onerror=window.hacked=1> `` ` ```" })
    void hostile_code_is_shown_as_it_is(String attack) {
        String room = "code-" + Integer.toHexString(attack.hashCode());
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/" + room));
                SessionClient eve = SessionClient.connect(replica.ws("/ws"))) {
            eve.join(room);
            eve.call("send", "{\"room\":\"" + room + "\",\"data\":" + quoted(attack).replace("\n", "\\n") + "}");
            ann.say(attack);
            ann.awaitSaid(2);
            assertThat(ann.locator("#list .text").first()).containsText("window.hacked");
            assertThat(ann.locator("#list .text :not(code, pre, a)")).hasCount(0);
            ann.isSound();
        }
    }

    /** Runs of backticks that are never closed would make a careless search slow, and a hundred thousand elements the page. */
    @Test
    void text_full_of_backticks_or_links_is_shown_at_once() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/ticks"))) {
            for (String part : List.of("`", "` ", "``", "`` ", "`` ` ", "```\n", "```a\n", "``a`", "````", "http://a.b ",
                    "`a` http://a.b\n```\n```\n")) {
                Number millis = (Number) ann.page().evaluate("""
                        async (part) => {
                          const { formatted } = await import("/pages/format.js");
                          const began = performance.now();
                          const { element } = await import("/pages/element.js");
                          element("div", {}, ...formatted(part.repeat(1_000_000 / part.length) + "x"));
                          return performance.now() - began;
                        }""", part);
                assertThat(millis.doubleValue()).as(part).isLessThan(5000);
                ann.isSound();
            }
        }
    }

    /** Text whose parts are searched again and again by a careless regular expression. */
    @Test
    void long_text_that_nearly_matches_is_shown_at_once() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/long"))) {
            for (List<String> parts : List.of(List.of("http://a/", ")", "a"), List.of("` ", "x", "`"),
                    List.of("` ", " ", "x`"))) {
                Number millis = (Number) ann.page().evaluate("""
                        async (text) => {
                          const { formatted } = await import("/pages/format.js");
                          const began = performance.now();
                          formatted(text);
                          return performance.now() - began;
                        }""", parts.get(0) + parts.get(1).repeat(300_000) + parts.get(2));
                assertThat(millis.doubleValue()).as("%s", parts).isLessThan(2000);
                ann.isSound();
            }
        }
    }

    /** Indented, it would be too long for a string. */
    @Test
    void json_with_a_thousand_levels_is_shown_and_so_is_what_comes_after_it() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/deep"));
                SessionClient eve = replica.session()) {
            eve.join("deep");
            String levels = "[".repeat(990) + "1,".repeat(400_000) + "1" + "]".repeat(990);
            for (String data : new String[] { levels, "{\"a\":\"" + "]".repeat(1_000) + "\",\"b\":" + levels + "}" }) {
                assertThat(eve.call("send", "{\"room\":\"deep\",\"data\":" + data + "}").path("code").asInt()).isEqualTo(200);
            }
            eve.call("send", "{\"room\":\"deep\",\"data\":\"after it\"}");
            assertThat(ann.texts()).hasText("after it");
            assertThat(ann.locator("#list pre").first()).containsText("[[[[");
            assertThat(ann.locator("#list pre")).hasCount(2);
            ann.isSound();
        }
    }

    @Test
    void the_name_of_a_user_is_shown_as_it_is() {
        String attack = "<img src=x onerror=window.hacked=1>";
        try (RoomPage ann = RoomPage.enter(browser.person(),
                SharedReplicas.strict().http("/rooms/named#access_token=" + Tokens.of(attack, "*:admin")))) {
            ann.say("hello");
            assertThat(ann.locator("#list .who")).hasText(attack);
            assertThat(ann.locator("#members")).containsText(attack);
            ann.isSound();
        }
    }

    @Test
    void a_name_turns_no_text_beside_it_and_one_that_is_not_seen_is_none() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/turned"));
                SessionClient eve = replica.session()) {
            eve.join("turned");
            eve.call("send", "{\"room\":\"turned\",\"event\":\"name\",\"data\":\"\\u202eEve\"}");
            eve.call("send", "{\"room\":\"turned\",\"event\":\"typing\",\"data\":\"\",\"volatile\":true}");
            assertThat(ann.locator("#typing")).hasText("Eve is typing …");
            assertThat(ann.locator("#members .who").last()).hasText("Eve");
            eve.call("send", "{\"room\":\"turned\",\"event\":\"name\",\"data\":\"\\u2800\"}");
            assertThat(ann.locator("#members .who").last()).hasText(Pattern.compile("\\w+ \\w+"));
            ann.isSound();
        }
    }

    @Test
    void a_pile_of_combining_characters_stays_in_its_message() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/pile"))) {
            replica.post("/rooms/pile", "above");
            replica.post("/rooms/pile", "a" + "\u0302".repeat(300));
            ann.awaitSaid(2);
            byte[] withPile = ann.locator("#list .body").first().screenshot();
            ann.texts().last().evaluate("text => { text.textContent = 'a'; }");
            byte[] without = ann.locator("#list .body").first().screenshot();
            assertThat(Arrays.equals(withPile, without)).isTrue();
            ann.isSound();
        }
    }

    @Test
    void a_forged_file_leads_nowhere() {
        try (RoomPage ann = RoomPage.enter(browser.person(), replica.http("/rooms/made-up"));
                SessionClient eve = replica.session()) {
            eve.join("made-up");
            for (String url : new String[] { "javascript:window.hacked=1", "https://evil.example/x", "//evil.example/x" }) {
                eve.call("send",
                        "{\"room\":\"made-up\",\"event\":\"file\",\"data\":{\"id\":\"x\",\"name\":\"x\",\"size\":1,\"type\":\"image/png\",\"url\":\""
                                + url + "\"}}");
            }
            assertThat(ann.locator("#list pre")).hasCount(3);
            assertThat(ann.locator("#list a")).hasCount(0);
            ann.isSound();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
