package dev.atrium.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.equalToIgnoringCase;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.startsWith;

import dev.atrium.it.fixture.Node;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.StreamClient;
import dev.atrium.it.fixture.Tokens;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Pages as they are served: access, headers and content, and that only their own files could be executed. */
class PageIT {

    private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
    private static final List<String> PAGES = List.of("/", "/latency", "/rooms/lobby");

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = SharedReplicas.open();
    }

    private static Response navigate(String path) {
        return browser(replica).get(path);
    }

    private static RequestSpecification browser(Replica to) {
        return to.given().accept(BROWSER);
    }

    @Test
    void a_connection_of_http_2_has_a_limited_number_of_streams() throws IOException {
        int maxConcurrentStreams = 3;
        Map<Integer, Integer> settings = new HashMap<>();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), replica.port())) {
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // Empty settings of the client.
            socket.getOutputStream().write(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readInt() >>> 8;
            in.skipNBytes(5);
            for (int read = 0; read < length; read += 6) {
                settings.put(in.readUnsignedShort(), in.readInt());
            }
        }
        assertThat(settings).containsEntry(maxConcurrentStreams, 100);
    }

    @ParameterizedTest
    @CsvSource({ "lobby, text/html", "lobby, 'text/html;q=0.9, application/json;q=0.5'", "lobby/, text/html",
            "lobby?ns=%2Fchat, text/html",
            "%F0%9F%8F%9B%EF%B8%8F, text/html", "a%2Fb, text/html", "%3Cscript%3Ealert(1)%3C%2Fscript%3E, text/html",
            "a;b, text/html" })
    void a_client_that_prefers_html_gets_the_room_s_page(String room, String accept) {
        replica.given().accept(accept).get("/rooms/" + room).then().statusCode(200)
                .header("Content-Type", equalToIgnoringCase("text/html;charset=UTF-8"))
                .body(containsString("id=\"messages\""),
                        equalTo(navigate(room.endsWith("/") ? "/rooms/other/" : "/rooms/other").asString()));
    }

    @ParameterizedTest
    @ValueSource(strings = { "application/json", "*/*", "application/json, text/html;q=0.9", "application/json, text/html" })
    void a_client_that_does_not_prefer_html_gets_json(String accept) {
        replica.given().accept(accept).get("/rooms/lobby").then().statusCode(200)
                .header("Content-Type", startsWith("application/json")).header("Vary", "Accept, Origin");
        assertThat(replica.get("/rooms/lobby").headers().firstValue("Content-Type")).as("without any Accept")
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
    }

    @Test
    void streams_and_the_endless_page_are_what_they_were() {
        try (StreamClient events = replica.stream("/rooms/lobby", "Accept", "text/event-stream, text/html;q=0.9");
                StreamClient frame = replica.stream("/rooms/lobby?as=iframe", "Accept", BROWSER)) {
            assertThat(events.header("Content-Type")).isEqualTo("text/event-stream");
            frame.events("@welcome", 1);
            assertThat(frame.header("Content-Security-Policy")).as("others frame it, and its scripts are inline").isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({ "%FF, room:", "a%0Ab, room:", "a?ns=chat, ns:" })
    void a_room_that_cannot_be_has_no_page(String room, String field) {
        navigate("/rooms/" + room).then().statusCode(400).header("Content-Type", "application/problem+json")
                .body(containsString(field));
    }

    @Test
    void nothing_but_its_own_files_runs_in_a_page() {
        for (String path : PAGES) {
            Response page = navigate(path);
            page.then().statusCode(200).header("X-Content-Type-Options", "nosniff").header("Referrer-Policy", "no-referrer")
                    .header("Permissions-Policy", containsString("camera=(self), microphone=(self), display-capture=(self)"));
            assertThat(page.header("Content-Security-Policy")).as(path)
                    .contains("default-src 'none'", "script-src 'self'", "style-src 'self'",
                            "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'")
                    .doesNotContain("unsafe", "*", "http");
            for (Element element : elements(page.asString())) {
                assertHarmless(path, element);
            }
        }
    }

    private static void assertHarmless(String path, Element element) {
        if (element.getTagName().equals("script")) {
            assertThat(element.getAttribute("src")).as(path).startsWith(".");
            assertThat(element.getTextContent()).as(path).isBlank();
        }
        assertThat(element.getTagName()).as(path).isNotIn("style", "base", "iframe", "object", "embed");
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            String name = element.getAttributes().item(i).getNodeName();
            assertThat(name).as(path).isNotEqualTo("style").doesNotStartWith("on");
        }
        for (String name : List.of("src", "href")) {
            assertThat(element.getAttribute(name)).as(path).matches("|\\./[a-z.]*(/[a-z.]+)?|(\\.\\./)+([a-z.]+(/[a-z.]+)?)?");
        }
    }

    @Test
    void each_resource_of_a_page_exists_with_the_same_protection() {
        // Trailing slashes and the path that applications have: the links are relative to each of them.
        Set<String> files = Stream
                .concat(PAGES.stream(), Stream.of("/rooms/lobby/", "/pages/index.html", "/pages/latency.html"))
                .flatMap(path -> elements(navigate(path).asString()).stream()
                        .flatMap(element -> Stream.of(element.getAttribute("src"),
                                element.getTagName().equals("link") ? element.getAttribute("href") : ""))
                        .filter(name -> !name.isEmpty()).map(name -> URI.create(path).resolve(name).toString()))
                .collect(Collectors.toCollection(HashSet::new));
        Set<String> seen = new HashSet<>();
        while (!seen.containsAll(files)) {
            for (String file : List.copyOf(files)) {
                if (seen.add(file)) {
                    Response response = replica.given().get(file);
                    response.then().statusCode(200).header("Cache-Control", "no-cache")
                            .header("Content-Type", matchesPattern(type(file)));
                    assertThat(response.asString()).as(file).doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML",
                            "document.write", "eval(");
                    Pattern.compile("from \"\\./([a-z0-9]+\\.js)\"").matcher(response.asString()).results()
                            .forEach(found -> files.add("/pages/" + found.group(1)));
                }
            }
        }
        assertThat(seen).contains("/pages/room.js", "/pages/log.js", "/pages/room.css", "/pages/favicon.svg");
    }

    private static String type(String file) {
        return file.endsWith(".js") ? "text/javascript.*" : file.endsWith(".css") ? "text/css.*" : "image/svg\\+xml.*";
    }

    @ParameterizedTest
    @ValueSource(strings = { "/", "/latency", "/rooms/lobby", "/pages/room.js", "/atrium.js", "/atrium-rtc.js" })
    void a_page_is_asked_for_each_time_and_sent_once(String path) {
        String tag = navigate(path).then().header("Cache-Control", "no-cache")
                .header("ETag", matchesPattern("\"[A-Za-z0-9_-]{22}\"")).extract().header("ETag");
        browser(replica).header("If-None-Match", tag).get(path).then().statusCode(304).header("ETag", tag)
                .body(is(emptyString()));
        browser(replica).header("If-None-Match", "\"another\"").get(path).then().statusCode(200);
    }

    @Test
    void a_tag_is_the_same_on_every_replica() {
        try (Replica other = Replica.start()) {
            for (String path : PAGES) {
                browser(other).get(path).then().header("ETag", navigate(path).header("ETag"));
            }
        }
    }

    @Test
    void head_has_the_headers_of_get_without_a_body() {
        for (String path : PAGES) {
            Response head = browser(replica).head(path);
            Response get = navigate(path);
            head.then().statusCode(200).body(is(emptyString()));
            for (String name : List.of("Content-Length", "ETag", "Content-Security-Policy", "Vary", "Content-Type")) {
                assertThat(head.header(name)).as(path + ' ' + name).isEqualTo(get.header(name));
            }
        }
        replica.given().head("/rooms/lobby").then().header("Content-Type", startsWith("application/json"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "/atrium.js", "/atrium-rtc.js", "/atrium.d.ts", "/pages/room.js", "/pages/style.css",
            "/pages/favicon.svg", "/socket.io/socket.io.js", "/socket.io/socket.io.min.js" })
    void head_of_a_file_has_the_headers_of_get(String file) {
        Response get = replica.given().get(file);
        // Ranges are for GET alone.
        Response head = replica.given().header("Range", "bytes=0-9").head(file);
        head.then().statusCode(200).body(is(emptyString()));
        for (String name : List.of("Content-Length", "ETag", "Cache-Control", "Vary", "Content-Type")) {
            assertThat(head.header(name)).as(name).isEqualTo(get.header(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "/atrium.js", "/pages/room.js" })
    void a_part_of_a_file_is_of_the_version_that_the_client_has(String file) {
        String tag = replica.given().get(file).header("ETag");
        replica.given().header("Range", "bytes=0-9").header("If-Range", tag).get(file).then().statusCode(206)
                .header("Content-Length", "10");
        replica.given().header("Range", "bytes=0-9").header("If-Range", "\"another\"").get(file).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/atrium.d.ts", "/socket.io/socket.io.js" })
    void a_file_without_a_tag_is_sent_whole_to_a_client_that_asks_for_a_part_of_one_version(String file) {
        replica.given().header("Range", "bytes=0-9").get(file).then().statusCode(206);
        replica.given().header("Range", "bytes=0-9").header("If-Range", "\"another\"").get(file).then().statusCode(200);
    }

    @Test
    void where_tokens_are_required_the_page_is_public_and_the_messages_are_not() {
        Replica strict = SharedReplicas.strict();
        for (String path : List.of("/", "/latency", "/rooms/lobby", "/rooms/lobby?access_token=" + Tokens.expired())) {
            browser(strict).get(path).then().statusCode(200).header("Content-Type", startsWith("text/html"));
        }
        // A person with a bad token has to see where to put another one.
        browser(strict).auth().oauth2("nonsense").get("/rooms/lobby").then().statusCode(200);
        for (String path : List.of("/rooms/lobby", "/rooms/lobby/messages", "/rooms")) {
            strict.given().get(path).then().statusCode(401);
        }
    }

    @Test
    void pages_of_listed_origins_alone_may_ask_for_it() {
        try (Replica strict = Replica.start(Map.of("atrium.origins", "https://app.example.com"))) {
            browser(strict).header("Origin", "https://evil.example").get("/rooms/lobby").then().statusCode(403);
            browser(strict).get("/rooms/lobby").then().statusCode(200);
        }
    }

    @Test
    void every_word_of_a_page_is_there_in_both_languages() {
        String words = replica.given().get("/pages/words.js").asString();
        int chinese = words.indexOf("const zh");
        Set<String> english = keys(words.substring(0, chinese));
        assertThat(keys(words.substring(chinese))).isEqualTo(english);
        for (String path : PAGES) {
            for (Element element : elements(navigate(path).asString())) {
                for (String name : List.of("data-say", "data-say-label", "data-say-title", "data-say-placeholder")) {
                    if (element.hasAttribute(name)) {
                        assertThat(english).as(path).contains(element.getAttribute(name));
                    }
                }
            }
        }
    }

    @Test
    void the_modules_types_are_strict() {
        Node.run("pages.mjs", Path.of("src/main/resources/META-INF/resources").toAbsolutePath().toString());
    }

    private static Set<String> keys(String object) {
        return Pattern.compile("(?m)^  (\\w+):").matcher(object).results().map((MatchResult found) -> found.group(1))
                .collect(Collectors.toSet());
    }

    /** Parses the page with the JDK's XML parser: the pages are also valid XML. */
    private static List<Element> elements(String html) {
        try {
            Document document = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder()
                    .parse(new InputSource(new StringReader(html)));
            NodeList all = document.getElementsByTagName("*");
            return IntStream.range(0, all.getLength()).mapToObj(i -> (Element) all.item(i)).toList();
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new IllegalStateException(html, e);
        }
    }
}
