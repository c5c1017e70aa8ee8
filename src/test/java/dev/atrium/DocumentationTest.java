package dev.atrium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Width of the Markdown pages: a difference between two long lines cannot be read. */
class DocumentationTest {

    private static final int WIDTH = 120;

    static Stream<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String directory : List.of("", "docs", "src/bench")) {
            try (Stream<Path> files = Files.list(Path.of(directory).toAbsolutePath())) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        return pages.stream();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void lines_of_text_are_not_too_long(Path page) throws IOException {
        assertEquals(List.of(), tooLong(Files.readAllLines(page)), page.toString());
    }

    /** A table or an example cannot be broken. */
    private static List<String> tooLong(List<String> lines) {
        List<String> tooLong = new ArrayList<>();
        boolean code = false;
        for (String line : lines) {
            if (line.strip().startsWith("```")) {
                code = !code;
            } else if (!code && !line.strip().startsWith("|") && line.length() > WIDTH) {
                tooLong.add(line);
            }
        }
        return tooLong;
    }
}
