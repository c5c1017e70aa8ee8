package dev.atrium.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Node;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.Tokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** The served client script in Node. */
class AtriumJsIT {

    private static final Path MODULE = Path.of("src/main/client/atrium.js").toAbsolutePath();
    private static final Path TYPES = Path.of("src/main/resources/META-INF/resources/atrium.d.ts").toAbsolutePath();
    /** Bundle of the modules, as it is served to browsers. */
    private static final Path SERVED = Path.of("target/classes/META-INF/resources/atrium.js").toAbsolutePath();
    private static final Map<String, Integer> MOST_BYTES = Map.of("atrium", 12 * 1024, "atrium-rtc", 4 * 1024);

    @Test
    void the_client_stays_connected_and_loses_nothing() {
        Map<String, String> heartbeat = Map.of("atrium.heartbeat.interval", "300ms", "atrium.heartbeat.timeout", "500ms");
        Map<String, String> strict = Tokens.required(Map.of("atrium.auth.notice", "1s", "atrium.auth.grace", "500ms"));
        // Before tokens are created: the first one expires soon.
        Node.prepare();
        try (Replica open = Replica.start(heartbeat); Replica closed = Replica.start(strict)) {
            run("atrium.test.mjs", port(open), port(closed),
                    Tokens.expiring("ann", "lobby:join send", Instant.now().plusSeconds(8)),
                    Tokens.of("ann", "lobby:join send"));
        }
    }

    @Test
    void files_arrive_whole_over_connections_that_break() {
        run("files.test.mjs");
    }

    @Test
    void a_session_continues_over_connections_that_break() {
        run("session.test.mjs");
    }

    @Test
    void the_client_avoids_proxies_that_block() {
        try (Replica open = Replica.start();
                Replica closed = Replica.start(Tokens.required(Map.of()));
                Replica full = Replica.start(Tokens.required(Map.of("atrium.limits.connections", "1")))) {
            run("transports.test.mjs", port(open), port(closed), Tokens.of("ann", "lobby:join send"), port(full));
        }
    }

    /** Two at once: they wait most of the time. Those that use the lobby are one after the other. */
    @Test
    void the_client_remembers_and_shares_and_its_messages_arrive_in_the_order_of_the_calls_or_are_rejected() {
        Node.prepare();
        try (Replica open = Replica.start();
                Replica closed = Replica.start(Tokens.required(Map.of()));
                Replica limited = Replica.start(Map.of("atrium.limits.messages", "50", "atrium.limits.bytes", "0"))) {
            String token = Tokens.of("ann", "lobby:join send");
            CompletableFuture<Void> inTheLobby = CompletableFuture.runAsync(() -> {
                run("store.test.mjs", port(open), port(closed), token);
                run("shared.test.mjs", port(open), port(closed), token);
                run("tokens.test.mjs", port(closed), token);
            });
            try {
                run("membership.test.mjs", port(open));
                run("outgoing.test.mjs", port(open), port(limited));
            } finally {
                inTheLobby.join();
            }
        }
    }

    private static void run(String test, String... arguments) {
        List<String> all = new ArrayList<>(List.of(test, SERVED.toString()));
        all.addAll(List.of(arguments));
        Node.run("--experimental-websocket", all.toArray(String[]::new));
    }

    @Test
    void the_package_is_complete() throws IOException {
        Matcher version = Pattern.compile("<version>(.*?)</version>").matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        try (Replica replica = Replica.start()) {
            Node.run("package.test.mjs", Path.of("npm").toAbsolutePath().toString(), version.group(1), port(replica));
        }
    }

    @Test
    void the_types_are_strict_and_those_of_the_client() {
        Node.run("types.mjs", MODULE.toString(), TYPES.toString());
    }

    @Test
    void the_client_is_served_and_small() throws IOException {
        try (Replica replica = Replica.start()) {
            for (Map.Entry<String, Integer> module : MOST_BYTES.entrySet()) {
                HttpResponse<String> answer = replica.get("/" + module.getKey() + ".js");
                assertThat(answer.body()).isEqualTo(Files.readString(SERVED.resolveSibling(module.getKey() + ".js")))
                        .doesNotContain("/**");
                assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/javascript");
                assertThat(replica.get("/" + module.getKey() + ".d.ts").statusCode()).isEqualTo(200);
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
                    gzip.write(answer.body().getBytes(StandardCharsets.UTF_8));
                }
                assertThat(bytes.size()).as(module.getKey()).isLessThan(module.getValue());
            }
        }
    }

    private static String port(Replica replica) {
        return Integer.toString(replica.port());
    }
}
