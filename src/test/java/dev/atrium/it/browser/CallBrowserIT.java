package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Calls of {@code /atrium-rtc.js} between browsers that are connected to different replicas. */
@Tag("in-pairs")
class CallBrowserIT {

    /** Page of the server's origin without a content security policy. */
    private static final String BLANK = "/rooms/blank/messages";

    private static final String ENTER = """
            async ({ room, token, options }) => {
              const { connect } = await import("/atrium.js");
              await import("/atrium-rtc.js");
              window.faults = [];
              addEventListener("error", ({ message }) => faults.push(message));
              addEventListener("unhandledrejection", ({ reason }) => faults.push(String(reason)));
              window.connection = connect("/", { backoff: { least: 20, most: 200 }, token, ...options });
              window.lobby = connection.room(room, { presence: true });
              window.heard = [];
              window.failures = [];
              window.join = async (media) => {
                window.call = await lobby.call(media);
                call.on("message", (data) => heard.push(data));
                call.on("error", (failure) => failures.push(failure.message));
                call.on("left", (failure) => failure && failures.push(failure.message));
              };
              window.peer = () => window.call?.peers.values().next().value;
              window.open = () => [...window.call?.peers.values() ?? []].filter(({ isOpen }) => isOpen).length;
              window.received = async (peer, kind) => {
                let count = 0;
                peer?.pc && (await peer.pc.getStats()).forEach((each) => {
                  count += each.type === "inbound-rtp" && each.kind === kind ? each.framesDecoded ?? each.packetsReceived : 0;
                });
                return count;
              };
              window.flows = async () => {
                const counts = async () => [await received(peer(), "video"), await received(peer(), "audio")];
                const before = await counts();
                await new Promise((resolve) => setTimeout(resolve, 300));
                const after = await counts();
                return after.every((count, i) => count > before[i]);
              };
              window.ufrag = () => peer()?.pc.remoteDescription?.sdp.match(/ice-ufrag:(.*)/)[1];
              window.stable = () => peer()?.pc.signalingState === "stable" && peer().pc.connectionState === "connected";
            }""";

    private static final String TOKEN = Tokens.of("ann", "*:admin");
    private static final String MEDIA = "join({ audio: true, video: true })";

    private static Browser browser;
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        browser = Browser.startForCalls();
        cluster = Cluster.overRedis(2, Tokens.required(Map.of()));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @AfterEach
    void closeUsers() {
        browser.closeUsers();
    }

    @Test
    void a_call_goes_on_while_its_signalling_is_lost() {
        Page ann = enter(0, "call");
        // The room's own permissions are enough.
        Page bob = enter(browser.person(), 1, "call", Map.of("token", Tokens.of("bob", "call:join send presence")));
        // Both at once: their offers meet.
        ann.evaluate("() => void " + MEDIA);
        bob.evaluate("() => void " + MEDIA);
        talk(ann, bob);

        Object before = ann.evaluate("ufrag()");
        List.of(ann, bob).forEach(each -> each.evaluate("() => void peer().pc.restartIce()"));
        Browser.await(ann, "ufrag() !== '" + before + "' && stable()", true);
        talk(ann, bob);

        // A message that is lost is repeated.
        bob.evaluate("""
                () => {
                  const { send } = connection;
                  window.lost = 0;
                  connection.send = function (room, data, options) {
                    return data.description && lost++ === 0 ? Promise.resolve() : send.call(this, room, data, options);
                  };
                }""");
        renegotiate(bob, ann);
        assertThat((int) bob.evaluate("lost")).isGreaterThan(1);

        String session = (String) ann.evaluate("connection.state.id");
        cluster.kill(0);
        Browser.await(ann, "connection.state.name !== 'open'", true);
        Browser.await(ann, "flows()", true);
        Browser.await(bob, "flows()", true);
        ann.evaluate("() => void peer().restart()");
        cluster.restartOnItsPort(0);
        Browser.await(ann, "connection.state.id", session);
        talk(ann, bob);
        renegotiate(ann, bob);
        renegotiate(bob, ann);

        bob.evaluate("call.leave()");
        Browser.await(ann, "call.peers.size", 0);
        bob.evaluate("() => " + MEDIA);
        talk(ann, bob);
        bob.close();
        Browser.await(ann, "call.peers.size", 0);
        sound(ann);
    }

    @Test
    void a_screen_takes_the_place_of_the_camera_and_a_listener_gets_a_picture() {
        Page ann = enter(0, "screen");
        Page bob = enter(1, "screen");
        ann.evaluate(
                "() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('it is gone', 'NotFoundError'); }; }");
        assertThat(ann.evaluate("join({ video: true }).catch(String)")).isEqualTo("AtriumError: no camera: it is gone");
        List<String> tokens = new ArrayList<>();
        ann.route("**/rtc/ice", route -> {
            tokens.add(route.request().headers().get("authorization"));
            route.fulfill(new Route.FulfillOptions().setContentType("application/json").setBody(
                    "{\"iceServers\":[{\"urls\":[\"stun:127.0.0.1:9\"]}],\"ttl\":3600}"));
        });
        ann.evaluate("() => join()");
        bob.evaluate("() => join({ audio: true })");
        Browser.await(ann, "received(peer(), 'audio').then((count) => count > 0)", true);
        // A picture where there was none is negotiated.
        ann.evaluate("() => { call.mute('video'); return call.share(); }");
        assertThat(ann.evaluate("call.tracks.get('video').enabled")).isEqualTo(true);
        Browser.await(bob, "received(peer(), 'video').then((count) => count > 0)", true);
        assertThat(bob.evaluate("peer().stream.getTracks().length")).isEqualTo(1);
        assertThat(ann.evaluate("peer().pc.getConfiguration().iceServers[0].urls[0]")).isEqualTo("stun:127.0.0.1:9");
        assertThat(tokens).containsExactly("Bearer " + TOKEN);
        ann.evaluate("() => call.unshare()");
        assertThat(ann.evaluate("call.tracks.size")).isEqualTo(0);
        // A camera that is muted no longer shows a picture after the screen.
        assertThat(ann.evaluate("""
                async () => {
                  const { getUserMedia } = MediaDevices.prototype;
                  const [camera] = (await getUserMedia.call(navigator.mediaDevices, { video: true })).getVideoTracks();
                  await call.setTrack("video", camera);
                  const muted = !camera.enabled;
                  await call.share();
                  call.mute("video", false);
                  await call.unshare();
                  return [muted, camera.enabled, call.tracks.get("video") === camera];
                }""")).isEqualTo(List.of(true, true, true));
        bob.evaluate("() => call.mute('audio')");
        assertThat(bob.evaluate("call.tracks.get('audio').enabled")).isEqualTo(false);
        // As if it was unplugged.
        bob.evaluate("""
                () => {
                  call.on("ended", (kind) => heard.push(`${kind} ended`));
                  call.tracks.get("audio").dispatchEvent(new Event("ended"));
                }""");
        assertThat(bob.evaluate("[heard.at(-1), call.tracks.size, call.stream.getTracks().length]"))
                .isEqualTo(List.of("audio ended", 0, 0));
        Browser.await(bob, "open()", 1);
        assertThat(bob.evaluate("""
                () => {
                  const closed = peer();
                  closed.close();
                  try {
                    closed.send("lost");
                  } catch ({ code }) {
                    return code;
                  }
                }""")).isEqualTo(503);
        // Another microphone is as silent as the one before it.
        bob.evaluate("""
                async () => {
                  const { getUserMedia } = MediaDevices.prototype;
                  const stream = await getUserMedia.call(navigator.mediaDevices, { audio: true });
                  await call.setTrack("audio", stream.getAudioTracks()[0]);
                }""");
        assertThat(bob.evaluate("call.tracks.get('audio').enabled")).isEqualTo(false);
        bob.evaluate("() => call.mute('audio', false)");
        assertThat(bob.evaluate("call.tracks.get('audio').enabled")).isEqualTo(true);
        sound(ann, bob);
    }

    @Test
    void each_tab_of_a_shared_connection_is_a_peer_of_its_own() {
        Page carol = enter(0, "tabs");
        try (BrowserContext person = browser.person()) {
            Page first = enter(person, 1, "tabs", Map.of("shared", true));
            Page second = enter(person, 1, "tabs", Map.of("shared", true));
            assertThat(first.evaluate("connection.state.id")).isEqualTo(second.evaluate("connection.state.id"));
            carol.evaluate("() => connection.peers.on('peer', (peer) => peer.on('open', () => peer.send(`hello ${peer.id}`)))");
            String carolId = (String) carol.evaluate("connection.state.id");
            for (Page tab : List.of(first, second)) {
                tab.evaluate("id => { connection.peer(id).on('message', (data) => heard.push(data)); }", carolId);
                Browser.await(tab, "heard", List.of("hello " + tab.evaluate("connection.peers.id")));
            }
            assertThat(carol.evaluate("connection.peers.peers.size")).isEqualTo(2);
            second.evaluate("() => connection.peers.on('peer', (peer) => peer.on('message', (data) => peer.send([data, 1])))");
            first.evaluate(
                    "id => { const peer = connection.peer(id); peer.on('open', () => peer.send('tab')); peer.on('message', (data) => heard.push(data)); }",
                    second.evaluate("connection.peers.id"));
            Browser.await(first, "heard[1]?.[0]", "tab");

            List.of(carol, first, second).forEach(each -> each.evaluate("() => join()"));
            List.of(carol, first, second).forEach(each -> Browser.await(each, "open()", 2));
            second.navigate("about:blank");
            Browser.await(carol, "call.peers.size", 1);
            Browser.await(carol, "connection.peers.peers.size", 1);
            sound(carol, first);
        }
    }

    @Test
    void what_is_no_signal_is_ignored_and_a_full_call_and_a_limited_connection_say_so() {
        Page ann = enter(0, "full");
        ann.evaluate("() => { window.callers = []; lobby.callers((ids) => (callers = [...ids])); }");
        ann.evaluate("() => join()");
        Browser.await(ann, "callers", List.of(ann.evaluate("call.id")));
        try (SessionClient other = cluster.replica(1).session()) {
            other.call("auth", "{\"token\":\"" + TOKEN + "\"}");
            other.join("full");
            for (String data : List.of("null", "7", "\"text\"", "[]", "{\"from\":7,\"join\":true}", "{\"from\":\"x\"}",
                    "{\"from\":\"x\",\"description\":7}", "{\"from\":\"x\",\"candidates\":7}",
                    "{\"from\":\"bad\",\"candidates\":[{\"a\":1}]}",
                    "{\"from\":\"bad\",\"pc\":\"p\",\"offer\":1,\"description\":{\"type\":\"offer\",\"sdp\":\"nonsense\"}}")) {
                publish(other, "full", data);
                publish(other, (String) ann.evaluate("connection.state.id"), data);
            }
            Browser.await(ann, "call.peers.size", 1);
            for (int i = 1; i < 8; i++) {
                publish(other, "full", "{\"from\":\"tag" + i + "\",\"join\":true}");
            }
            Browser.await(ann, "call.peers.size", 8);
            Page bob = enter(1, "full");
            bob.evaluate("() => join()");
            Browser.await(bob, "failures", List.of("the call is full: at most 9 take part"));
            publish(other, "full", "{\"from\":\"tag1\",\"bye\":true}");
            Browser.await(ann, "call.peers.size", 7);
        }
        Browser.await(ann, "call.peers.size", 0);
        assertThat(ann.evaluate("""
                async () => {
                  const before = failures.length;
                  call.signal("~AAAAAAAAAAAAAAAAAAAA", { join: true });
                  await connection.request("heartbeat", {});
                  return failures.length - before;
                }""")).as("failures of a message to a session that has ended").isEqualTo(0);
        Page dan = enter(browser.person(), 0, "full", Map.of("token", Tokens.of("dan", "full:join presence")));
        dan.evaluate("() => join()");
        Browser.await(dan, "failures", List.of("room: the permission send is missing for it"));
        sound(ann);

        Page limited = enter(browser.person(), 0, "full", Map.of("transports", List.of("sse")));
        String none = "AtriumError: this connection has no session (limited connection)";
        assertThat(limited.evaluate("join().catch(String)")).isEqualTo(none);
        assertThat(limited.evaluate("() => { try { connection.peer('~x'); } catch (failure) { return String(failure); } }"))
                .isEqualTo(none);
    }

    @Test
    void people_call_on_the_page_of_a_room() {
        NewContextOptions phone = new NewContextOptions().setViewportSize(375, 720).setColorScheme(ColorScheme.DARK);
        BrowserContext deaf = browser.person(phone);
        deaf.addInitScript(
                "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('it is gone', 'NotFoundError'); }");
        try (RoomPage ann = RoomPage.enter(browser.person(), room(0, "ann"));
                RoomPage bob = RoomPage.enter(browser.person(), room(1, "bob"))) {
            ann.locator("#call-button").click();
            assertThat(ann.locator(".tile video:visible")).hasCount(1);
            assertThat(bob.locator("#callers")).hasText("1");
            assertThat(bob.locator("#call-button")).hasAttribute("aria-label", "Join the call: 1 person");
            bob.locator("#call-button").click();
            for (RoomPage each : List.of(ann, bob)) {
                assertThat(each.locator(".tile video:visible")).hasCount(2);
                Browser.await(each.page(),
                        "[...document.querySelectorAll('.tile video')].every(({ videoWidth }) => videoWidth > 0)",
                        true);
            }
            bob.locator("#call-mute").click();
            bob.locator("#call-camera").click();
            assertThat(ann.locator(".tile-state").last()).hasText("muted");
            assertThat(ann.locator(".tile video:visible")).hasCount(1);
            bob.locator("#call-share").click();
            assertThat(ann.locator(".tile.screen video:visible")).hasCount(1);
            assertThat(bob.locator("#call-share")).hasAttribute("aria-label", "Stop sharing the screen");
            bob.locator("#call-share").click();
            assertThat(ann.locator(".tile.screen")).hasCount(0);

            RoomPage carol = RoomPage.enter(deaf, room(0, "carol"));
            assertThat(carol.locator("#callers")).hasText("2");
            carol.locator("#call-button").click();
            assertThat(carol.locator("#call-note"))
                    .hasText("The others see that you are listening: no camera or microphone: it is gone");
            assertThat(carol.locator("#call-mute")).isDisabled();
            assertThat(ann.locator(".tile-state").last()).hasText("listening");
            assertThat(carol.locator(".tile")).hasCount(3);
            assertThat(carol.locator(".tile-name").nth(1)).not().hasText("");
            for (RoomPage each : List.of(ann, bob, carol)) {
                assertThat(Axe.violations(each.page())).isEmpty();
                assertThat(RoomPage.cutTexts(each.page())).isEmpty();
                assertThat(each.locator("#list .line")).hasCount(0);
            }
            // To look at.
            ann.page().screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots/call-desktop.png")));
            carol.page().screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots/call-phone.png")));
            bob.locator("#call-leave").click();
            assertThat(bob.locator("#call")).isHidden();
            assertThat(ann.locator(".tile")).hasCount(2);
            carol.close();
            assertThat(ann.locator(".tile")).hasCount(1);
            List.of(ann, bob).forEach(RoomPage::isSound);
        }
    }

    private static String room(int replica, String user) {
        return cluster.replica(replica).http("/rooms/people#access_token=") + Tokens.of(user, "*:admin");
    }

    private static void publish(SessionClient client, String room, String data) {
        client.send("send", "{\"room\":\"%s\",\"event\":\"rtc\",\"volatile\":true,\"data\":%s}".formatted(room, data));
    }

    /** Waits until media and data flow both ways. */
    private static void talk(Page ann, Page bob) {
        for (Page each : List.of(ann, bob)) {
            Browser.await(each, "open()", 1);
            Browser.await(each, "flows()", true);
            each.evaluate("() => { heard.length = 0; }");
        }
        ann.evaluate("() => { call.send({ from: 'ann' }); call.send(new Uint8Array([1, 2])); }");
        bob.evaluate("() => { call.send({ from: 'bob' }); }");
        Browser.await(bob, "JSON.stringify(heard)", "[{\"from\":\"ann\"},{\"0\":1,\"1\":2}]");
        Browser.await(ann, "JSON.stringify(heard)", "[{\"from\":\"bob\"}]");
        assertThat(ann.evaluate("call.peers.size")).isEqualTo(1);
    }

    /** Restarts ICE on one side, and waits until the other side has the new description. */
    private static void renegotiate(Page from, Page to) {
        Object before = to.evaluate("ufrag()");
        from.evaluate("() => peer().restart()");
        Browser.await(to, "ufrag() !== '" + before + "' && stable()", true);
        Browser.await(from, "stable()", true);
        Browser.await(to, "flows()", true);
    }

    private static void sound(Page... pages) {
        for (Page page : pages) {
            assertThat(page.evaluate("faults")).isEqualTo(List.of());
            assertThat(page.evaluate("failures")).isEqualTo(List.of());
        }
    }

    private static Page enter(int replica, String room) {
        return enter(browser.person(), replica, room, Map.of());
    }

    private static Page enter(BrowserContext person, int replica, String room, Map<String, ?> options) {
        Page page = browser.open(person, cluster.replica(replica).http(BLANK));
        page.evaluate(ENTER, Map.of("room", room, "token", TOKEN, "options", options));
        Browser.await(page, "connection.state.name === 'open' && lobby.place !== undefined", true);
        return page;
    }
}
