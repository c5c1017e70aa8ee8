package dev.atrium.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Page;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.HostileProxy;
import dev.atrium.it.fixture.Node;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The served client script in Chromium and in Node, over each of its transports, on networks that fail in eight ways: what one
 * client sends arrives at another once and in order, or is rejected, and each is back on a WebSocket soon after its network is.
 */
@Tag("in-pairs")
class ClientNetworkIT {

    private static final Logger LOG = Logger.getLogger(ClientNetworkIT.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SERVED = Path.of("target/classes/META-INF/resources/atrium.js").toAbsolutePath();
    private static final Map<String, String> HEARTBEAT = Map.of("atrium.heartbeat.interval", "300ms",
            "atrium.heartbeat.timeout", "500ms");
    /** Options of each client; the first one may use all transports. */
    private static final List<Map<String, Object>> CLIENTS = List.of(Map.of(), Map.of("transports", List.of("sse")),
            Map.of("transports", List.of("poll")));
    /** In a browser the tabs of a user may share one connection. */
    private static final List<Map<String, Object>> CLIENTS_IN_BROWSER = Stream
            .concat(CLIENTS.stream(), Stream.of(Map.<String, Object> of("shared", true))).toList();
    private static final int MESSAGES = Integer.getInteger("network.messages", 500);
    /** Failures of the network itself; those for which a message is too large come with the messages. */
    private static final int CUTS = Integer.getInteger("network.cuts", 7);
    private static final int TOO_LARGE = Integer.getInteger("network.too-large", 1);
    private static final int FAILURE_MILLIS = 800;
    private static final int QUIET_MILLIS = Integer.getInteger("network.quiet", 1_500);
    private static final int MOST_BYTES = 64 * 1024;
    private static final long BACK_MILLIS = 5_000;
    private static final Duration PATIENCE = Duration.ofMillis(CUTS * (FAILURE_MILLIS + QUIET_MILLIS)).plusMinutes(1);

    private static Future<?> inNode;
    private static Future<?> inBrowser;

    private enum Failure {
        RESET {
            @Override
            void on(HostileProxy network) {
                network.cut();
            }
        },
        BLACK_HOLE {
            @Override
            void on(HostileProxy network) {
                network.swallow();
            }
        },
        REFUSED {
            @Override
            void on(HostileProxy network) throws IOException {
                network.closePort();
                network.cut();
            }
        },
        UNAVAILABLE {
            @Override
            void on(HostileProxy network) {
                network.answer("503 Service Unavailable", "application/problem+json", "{}");
                network.cut();
            }
        },
        TOO_MANY {
            @Override
            void on(HostileProxy network) {
                network.answer("429 Too Many Requests", "application/problem+json", "{}");
                network.closeWebSockets(4429);
            }
        },
        BAD_GATEWAY {
            @Override
            void on(HostileProxy network) {
                network.answer("502 Bad Gateway", "text/html", "<h1>Bad Gateway</h1>");
                network.cut();
            }
        },
        SLOW {
            @Override
            void on(HostileProxy network) {
                network.slow(Duration.ofMillis(150));
            }
        };

        abstract void on(HostileProxy network) throws IOException;
    }

    /** Time in milliseconds since 1970 in which the network failed. */
    private record Outage(Failure failure, long from, long to) {
    }

    /** Runs all clients at once, each with its URL, until they have sent and received everything. Returns their reports. */
    private interface Platform {

        List<JsonNode> talk(List<String> urls) throws IOException;
    }

    /** Both at once: they wait most of the time. */
    @BeforeAll
    static void begin() {
        ExecutorService platforms = Executors.newFixedThreadPool(2);
        inNode = platforms.submit(() -> {
            Node.prepare();
            survive(CLIENTS, ClientNetworkIT::talkInNode);
            return null;
        });
        inBrowser = platforms.submit(() -> {
            try (Browser browser = Browser.start()) {
                survive(CLIENTS_IN_BROWSER, urls -> talkInBrowser(browser, urls));
            }
            return null;
        });
        platforms.shutdown();
    }

    /** Of a test that is repeated alone, the other one's replicas would outlive this JVM. */
    @AfterAll
    static void end() {
        for (Future<?> platform : List.of(inNode, inBrowser)) {
            Awaitility.await().atMost(Duration.ofMinutes(5)).until(platform::isDone);
        }
    }

    @Test
    void nothing_is_lost_in_node_however_the_network_fails() throws Throwable {
        join(inNode);
    }

    @Test
    void nothing_is_lost_in_a_browser_however_the_network_fails() throws Throwable {
        join(inBrowser);
    }

    private static void join(Future<?> platform) throws Throwable {
        try {
            platform.get();
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    private static void survive(List<Map<String, Object>> clients, Platform platform) throws IOException {
        List<HostileProxy> networks = new ArrayList<>();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (Replica replica = Replica.start(HEARTBEAT)) {
            for (int i = 0; i < clients.size(); i++) {
                networks.add(HostileProxy.withLimit(replica.port(), MOST_BYTES));
            }
            Future<List<Outage>> outages = pool.submit(() -> fail(networks, replica));
            List<JsonNode> reports = platform.talk(networks.stream().map(network -> network.http("/")).toList());
            List<Outage> all = outages.get();
            for (int i = 0; i < reports.size(); i++) {
                verify(clients.get(i), reports.get(i), all);
            }
            verifyReturns(reports.get(0).path("states"), all);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
            for (HostileProxy network : networks) {
                network.close();
            }
        }
    }

    /** Lets all networks fail, in one way after the other, once all clients have begun to talk. */
    private static List<Outage> fail(List<HostileProxy> networks, Replica replica) throws IOException {
        SocketClient.await().until(() -> IntStream.range(0, networks.size())
                .allMatch(i -> replica.get("/rooms/" + room(i) + "/messages").body().contains("\"data\":0")));
        List<Outage> outages = new ArrayList<>();
        for (int i = 0; i < CUTS; i++) {
            pass(QUIET_MILLIS);
            Failure failure = Failure.values()[i % Failure.values().length];
            long from = System.currentTimeMillis();
            for (HostileProxy network : networks) {
                failure.on(network);
            }
            pass(FAILURE_MILLIS);
            networks.forEach(HostileProxy::heal);
            outages.add(new Outage(failure, from, System.currentTimeMillis()));
        }
        return outages;
    }

    private static void pass(long millis) {
        Awaitility.await().pollDelay(Duration.ofMillis(millis)).until(() -> true);
    }

    private static String room(int client) {
        return "network-" + client;
    }

    private static JsonNode options(int client) {
        return JSON.<ObjectNode> valueToTree(CLIENTS_IN_BROWSER.get(client)).put("room", room(client))
                .put("messages", MESSAGES)
                .put("pace", CUTS * (FAILURE_MILLIS + QUIET_MILLIS) / MESSAGES)
                .set("tooLarge", JSON.valueToTree(
                        IntStream.range(0, TOO_LARGE).map(i -> (2 * i + 1) * MESSAGES / (2 * TOO_LARGE)).toArray()));
    }

    private static List<JsonNode> talkInNode(List<String> urls) throws IOException {
        Path output = Files.createTempFile("atrium-talk", ".json");
        List<String> arguments = new ArrayList<>(List.of("talk.run.mjs", SERVED.toString(), output.toString()));
        for (int i = 0; i < urls.size(); i++) {
            arguments.add(JSON.createObjectNode().put("url", urls.get(i)).<ObjectNode> set("options", options(i)).toString());
        }
        Node.run("--experimental-websocket", arguments.toArray(String[]::new));
        return List.of(JSON.readValue(output.toFile(), JsonNode[].class));
    }

    private static List<JsonNode> talkInBrowser(Browser browser, List<String> urls) throws IOException {
        String talk = Files.readString(Path.of("src/test/npm/talk.mjs")).replace("export ", "");
        List<JsonNode> reports = new ArrayList<>();
        List<Page> pages = new ArrayList<>();
        for (int i = 0; i < urls.size(); i++) {
            String page = """
                    <!doctype html>
                    <script type="module">
                      import { connect } from "%1$satrium.js";
                      %2$s
                      window.report = null;
                      talk(connect, "%1$s", %3$s).then((report) => (window.report = JSON.stringify(report)));
                    </script>
                    """.formatted(urls.get(i), talk, options(i));
            try (Site site = Site.of(page)) {
                pages.add(browser.open(site.url()));
            }
        }
        for (Page page : pages) {
            page.waitForFunction("window.report", null, new Page.WaitForFunctionOptions().setTimeout(PATIENCE.toMillis()));
            reports.add(JSON.readTree((String) page.evaluate("window.report")));
        }
        return reports;
    }

    private static void verify(Map<String, Object> client, JsonNode report, List<Outage> outages) {
        List<Integer> rejected = new ArrayList<>();
        int tooLarge = 0;
        for (JsonNode rejection : report.path("rejected")) {
            int number = rejection.path("number").asInt();
            if (number < 0) {
                tooLarge++;
                assertThat(rejection.path("code").asInt()).as("%s: too large", client).isEqualTo(413);
            } else {
                // The message that a close for too many messages answers.
                assertThat(rejection.path("code").asInt()).as("%s: message %d", client, number).isEqualTo(429);
                rejected.add(number);
            }
        }
        assertThat(tooLarge).as("%s: too large", client).isEqualTo(TOO_LARGE);
        assertThat(rejected).as("%s: rejected", client).hasSizeLessThanOrEqualTo(
                (int) outages.stream().filter(outage -> outage.failure() == Failure.TOO_MANY).count());
        List<Integer> received = new ArrayList<>();
        report.path("received").forEach(number -> received.add(number.asInt()));
        assertThat(received).as("%s: received", client).doesNotHaveDuplicates();
        // The network, and not the server, has closed for too many messages: the server may have published the message already.
        received.removeAll(rejected);
        assertThat(received).as("%s: received", client)
                .isEqualTo(IntStream.range(0, MESSAGES).boxed().filter(number -> !rejected.contains(number)).toList());
        assertThat(report.path("gaps").asInt()).as("%s: gaps", client).isZero();
        assertThat(report.path("queued").asInt()).as("%s: queued", client).isZero();
    }

    /** Checks that each client is open over a WebSocket again in time after each outage, or after the next one. */
    private static void verifyReturns(JsonNode states, List<Outage> outages) {
        for (String who : List.of("talker", "listener")) {
            List<JsonNode> own = new ArrayList<>();
            states.forEach(state -> {
                if (state.path("who").asText().equals(who) && !state.path("name").asText().equals("closed")) {
                    own.add(state);
                }
            });
            long slowest = 0;
            for (Outage outage : outages) {
                long back = back(own, outage.to());
                long healed = outages.stream().mapToLong(Outage::to).filter(to -> to <= back).max().orElseThrow();
                slowest = Math.max(slowest, back - healed);
                assertThat(back - healed).as("%s back after %s at %d: %s", who, outage.failure(), outage.to(), own)
                        .isLessThan(BACK_MILLIS);
            }
            LOG.infof("The %s was back over a WebSocket after %d ms at most", who, slowest);
        }
    }

    /** Returns when a client is open over a WebSocket, at that time or later. */
    private static long back(List<JsonNode> states, long from) {
        long back = Long.MAX_VALUE;
        for (JsonNode state : states) {
            boolean open = state.path("transport").asText().equals("websocket");
            long at = state.path("at").asLong();
            if (at <= from) {
                back = open ? from : Long.MAX_VALUE;
            } else if (open && back == Long.MAX_VALUE) {
                back = at;
            }
        }
        return back;
    }
}
