package dev.atrium;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Both ways to build the image, Dockerfile.jvm and the profile {@code image}, lead to the same image. */
class ImageTest {

    private static final XPath XPATH = XPathFactory.newInstance().newXPath();
    private static final String JIB = "/project/profiles/profile[id='image']//plugin[artifactId='jib-maven-plugin']/configuration";
    private static final Pattern LABEL = Pattern.compile("(org\\.[\\w.]+)=\"([^\"]*)\"");

    private static String dockerfile;
    private static Document pom;

    @BeforeAll
    static void read() throws Exception {
        dockerfile = Files.readString(Path.of("src/main/docker/Dockerfile.jvm"));
        pom = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(Path.of("pom.xml").toFile());
    }

    @Test
    void both_images_have_the_same_jvm() throws Exception {
        assertThat(jib("/from/image")).containsExactly(instruction("ARG JRE="));
    }

    @Test
    void both_images_hold_the_same_files_with_those_that_change_most_seldom_first() throws Exception {
        List<String> copied = Pattern.compile("(?m)^COPY (?!--from)(\\S+)").matcher(dockerfile).results()
                .map(copy -> copy.group(1).replaceFirst("/$", "")).toList();
        List<String> layered = new ArrayList<>();
        for (Node path : nodes("/extraDirectories/paths/path")) {
            String from = XPATH.evaluate("from", path).replace("${project.build.directory}", "target");
            Stream.of(XPATH.evaluate("includes", path).split(",")).map(include -> from + "/" + include.replace("/**", ""))
                    .forEach(layered::add);
            assertThat(XPATH.evaluate("into", path)).isEqualTo(instruction("WORKDIR "));
        }
        assertThat(layered).isEqualTo(copied);
    }

    @Test
    void both_images_start_the_server_alike_but_for_the_cache_that_only_a_jvm_can_write() throws Exception {
        List<String> entrypoint = new ArrayList<>(
                List.of(JsonMapper.builder().build().readValue(instruction("ENTRYPOINT "), String[].class)));
        assertThat(entrypoint.remove("-XX:AOTCache=atrium.aot")).isTrue();
        assertThat(jib("/container/entrypoint/argument")).isEqualTo(entrypoint);
        assertThat(jib("/container/workingDirectory")).containsExactly(instruction("WORKDIR "));
    }

    @Test
    void both_images_run_unprivileged_and_name_the_same_ports() throws Exception {
        // The last USER is that of the image; the one before belongs to the stage that trains the cache.
        String user = dockerfile.substring(dockerfile.lastIndexOf("\nUSER ") + "\nUSER ".length()).lines().findFirst()
                .orElseThrow();
        assertThat(jib("/container/user")).containsExactly(user);
        assertThat(jib("/container/ports/port")).isEqualTo(Arrays.asList(instruction("EXPOSE ").split(" ")));
    }

    @Test
    void both_images_have_the_same_labels() throws Exception {
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(dockerfile);
        while (label.find()) {
            labels.put(label.group(1), label.group(2));
        }
        Map<String, String> theirs = new TreeMap<>();
        for (Node node : nodes("/container/labels/*")) {
            theirs.put(node.getNodeName(), node.getTextContent());
        }
        assertThat(theirs).isNotEmpty().isEqualTo(labels);
    }

    @Test
    void the_program_that_both_images_hold_brings_the_licenses_of_what_it_contains() throws Exception {
        Path program = Path.of("target/classes/META-INF");
        assertThat(program.resolve("LICENSE")).hasSameTextualContentAs(Path.of("LICENSE"));
        Matcher client = Pattern.compile("Socket.IO v([\\d.]+)")
                .matcher(Files.readString(program.resolve("resources/socket.io/socket.io.js")));
        assertThat(client.find()).isTrue();
        assertThat(program.resolve("THIRD-PARTY-NOTICES")).content()
                .contains("socket.io-client " + client.group(1) + ",", "Permission is hereby granted");
    }

    private static String instruction(String name) throws IOException {
        return dockerfile.lines().filter(line -> line.startsWith(name)).findFirst()
                .orElseThrow(() -> new IOException("no " + name)).substring(name.length());
    }

    private static List<String> jib(String path) throws XPathExpressionException {
        return nodes(path).stream().map(Node::getTextContent).toList();
    }

    private static List<Node> nodes(String path) throws XPathExpressionException {
        NodeList found = (NodeList) XPATH.evaluate(JIB + path, pom, XPathConstants.NODESET);
        return IntStream.range(0, found.getLength()).mapToObj(found::item).toList();
    }
}
