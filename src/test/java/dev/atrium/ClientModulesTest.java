package dev.atrium;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Modules of the browser client: small ones, that say what they are, and that import each other in one direction only. */
class ClientModulesTest {

    private static final Path MODULES = Path.of("src/main/client");
    private static final int MOST_LINES = 400;
    /** Of values and of types: both tie a module to what it imports. */
    private static final Pattern IMPORT = Pattern.compile("from \"\\./([^\"]+)\"");
    private static final Pattern HEAD = Pattern.compile("\\A(// @ts-check\n)?/\\*\\*[ \n].*", Pattern.DOTALL);

    private final Map<String, String> modules = read();

    @Test
    void a_module_is_small_and_begins_with_what_it_is() {
        assertThat(modules).hasSizeGreaterThan(10).allSatisfy((name, source) -> {
            assertThat(source.lines().count()).as(name).isLessThanOrEqualTo(MOST_LINES);
            assertThat(source).as(name).matches(HEAD);
        });
    }

    @Test
    void no_module_imports_itself_over_others() {
        Map<String, List<String>> open = new HashMap<>();
        modules.forEach(
                (name, source) -> open.put(name, IMPORT.matcher(source).results().map(found -> found.group(1)).toList()));
        assertThat(open.keySet()).containsAll(open.values().stream().flatMap(List::stream).toList());
        boolean shrinks = true;
        while (shrinks) {
            // What imports nothing that is left; a cycle stays.
            shrinks = open.entrySet().removeIf(each -> each.getValue().stream().noneMatch(open::containsKey));
        }
        assertThat(open).isEmpty();
    }

    private static Map<String, String> read() {
        try (Stream<Path> files = Files.list(MODULES)) {
            Map<String, String> modules = new HashMap<>();
            for (Path file : files.toList()) {
                modules.put(file.getFileName().toString(), Files.readString(file));
            }
            return modules;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
