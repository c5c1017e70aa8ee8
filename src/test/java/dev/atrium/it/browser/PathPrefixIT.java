package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.FileClient;
import dev.atrium.it.fixture.Nginx;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that nginx serves below {@code /realtime/}, as docs/nginx.conf says how: the pages, the client and Socket.IO. */
class PathPrefixIT extends WithBrowser {

    private static final String BELOW = "/realtime";

    private static Replica replica;
    private static Nginx nginx;

    /** Not the shared replica, which has more rooms than are listed. */
    @BeforeAll
    static void startNginx() {
        replica = Replica.start();
        nginx = Nginx.below(replica);
    }

    @AfterAll
    static void stopNginx() {
        if (nginx != null) {
            nginx.close();
        }
        if (replica != null) {
            replica.close();
        }
    }

    @Test
    void the_page_of_a_room_works_and_its_links_lead_to_the_other_pages() {
        try (RoomPage ann = RoomPage.enter(browser.person(), nginx.http(BELOW + "/rooms/below"));
                SocketClient plain = SocketClient.connect(nginx.ws(BELOW + "/rooms/below"))) {
            ann.say("hello from a page");
            SocketClient.await().untilAsserted(() -> assertThat(plain.received()).contains("hello from a page"));
            plain.text("hello from a socket");
            ann.awaitSaid(2);
            ann.locator("#home").click();
            Page page = ann.page();
            page.waitForURL(nginx.http(BELOW + "/"));
            assertThat(page.locator("#prefix")).hasText("127.0.0.1:" + nginx.port() + BELOW + "/rooms/");
            // Other tests have rooms, too.
            Locator link = page.locator("#rooms a").filter(new Locator.FilterOptions().setHasText("below"));
            assertThat(link).hasAttribute("href", BELOW + "/rooms/below");
            assertThat(page.locator("#code")).hasText(nginx.http(BELOW + "/rooms/lobby"));
            page.locator("nav a").click();
            page.waitForURL(nginx.http(BELOW + "/latency"));
            assertThat(page.locator("#state")).hasAttribute("data-name", "open");
            page.locator("nav a").click();
            page.waitForURL(nginx.http(BELOW + "/"));
            link.click();
            page.waitForURL(nginx.http(BELOW + "/rooms/below"));
            ann.awaitSaid(2);
            ann.isSound();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "a%2Fb", "%E6%88%BF%E9%97%B4", "100%25", "what%3F" })
    void a_room_of_any_name_is_that_room(String encoded) {
        try (RoomPage ann = RoomPage.enter(browser.person(), nginx.http(BELOW + "/rooms/" + encoded))) {
            replica.post("/rooms/" + encoded, "hello");
            ann.awaitSaid(1);
            ann.isSound();
        }
    }

    @Test
    void a_file_is_downloaded() throws IOException {
        byte[] content = "not a picture".getBytes(StandardCharsets.UTF_8);
        try (RoomPage ann = RoomPage.enter(browser.person(), nginx.http(BELOW + "/rooms/files"))) {
            ann.locator("#file").setInputFiles(new FilePayload("notes.bin", "application/octet-stream", content));
            Locator button = ann.locator("#list .file a.button");
            assertThat(button).hasAttribute("href", Pattern.compile(".*" + BELOW + "/rooms/files/files/.+"));
            Download download = ann.page().waitForDownload(button::click);
            assertThat(Files.readAllBytes(download.path())).isEqualTo(content);
            ann.isSound();
        }
    }

    @Test
    void the_chat_of_the_readme_needs_only_the_address() throws IOException {
        Matcher snippet = AtriumJsBrowserIT.WHOLE_PAGE.matcher(Files.readString(Path.of("README.md")));
        assertThat(snippet.find()).isTrue();
        try (Site site = Site.of(snippet.group(1).replace("http://localhost:8080/", nginx.http(BELOW + "/")))) {
            Page ann = browser.open(site.url());
            Page bob = browser.open(site.url());
            SocketClient.await().until(() -> replica.get("/rooms/lobby").body().contains("\"members\":2"));
            ann.locator("#text").fill("hello");
            ann.locator("#text").press("Enter");
            assertThat(bob.locator("#messages li")).hasText(new String[] { "hello" });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "websocket", "sse", "poll" })
    void each_transport_of_the_client_finds_it(String transport) {
        Page page = browser.open(nginx.http(BELOW + "/rooms/blank/messages"));
        page.evaluate(
                "async ([base, transport]) => { const { connect } = await import(base + 'atrium.js'); window.received = [];"
                        + "const room = connect(base, { transports: [transport] }).room('by-' + transport);"
                        + "room.on('message', data => received.push(data)); await room.send('sent'); }",
                new Object[] { nginx.http(BELOW + "/"), transport });
        Browser.await(page, "received.length", 1);
    }

    @Test
    void a_client_of_socket_io_names_the_path() {
        Page page = browser.open(nginx.http(BELOW + "/rooms/blank/messages"));
        page.evaluate("url => new Promise(end => { const script = document.createElement('script'); script.src = url;"
                + "script.onload = end; document.head.append(script); })", nginx.http(BELOW + "/socket.io/socket.io.js"));
        page.evaluate(
                "() => { window.received = []; const socket = io(location.origin + '/', { path: '/realtime/socket.io/' });"
                        + "socket.on('message', data => received.push(data)); socket.emit('join', 'by-socket-io', () => received.push('in')); }");
        Browser.await(page, "received.length", 1);
        replica.post("/rooms/by-socket-io", "hello");
        Browser.await(page, "received.length", 2);
    }

    @Test
    void without_its_last_slash_the_address_is_completed() {
        assertThat(FileClient.get("GET", nginx.http(BELOW)).statusCode()).isEqualTo(301);
    }
}
