package dev.atrium.it.browser;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Checks of accessibility, by axe-core. */
final class Axe {

    private static final String SOURCE = source();

    private static final String RUN = """
            async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap(({ id, help, nodes }) =>
              nodes.map(({ html, any }) => `${id}: ${help}: ${html.slice(0, 200)} ${any.map(({ message }) => message).join(" ")}`))""";

    private Axe() {
    }

    /** Returns each rule that a page in its present state violates, with the element. */
    @SuppressWarnings("unchecked")
    static List<String> violations(Page page) {
        page.evaluate(SOURCE);
        return (List<String>) page.evaluate(RUN);
    }

    private static String source() {
        try (InputStream script = Axe.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
