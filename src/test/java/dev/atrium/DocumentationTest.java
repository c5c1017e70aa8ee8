package dev.atrium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.common.utils.StringUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Markdown pages: a difference between two long lines cannot be read, links lead to headings, and settings are as in the code.
 */
class DocumentationTest {

    private static final int WIDTH = 120;

    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#\\s]*)#?([^)\\s]*)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$|<a id=\"([^\"]+)\">");
    private static final Pattern CODE = Pattern.compile("(?ms)^\\s*```.*?^\\s*```$");
    private static final Pattern NAME = Pattern.compile("`((?:[a-z]+|…)\\.[^`=]*)`");

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

    @ParameterizedTest
    @MethodSource("pages")
    void links_lead_to_files_and_headings(Path page) throws IOException {
        String text = CODE.matcher(Files.readString(page)).replaceAll("");
        assertThat(LINK.matcher(text).results()).allSatisfy(link -> {
            Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
            assertThat(target).exists();
            if (!link.group(2).isEmpty()) {
                assertThat(anchors(target)).contains(link.group(2));
            }
        });
    }

    @Test
    void tables_have_each_setting_with_its_default() throws Exception {
        Map<String, String> defaults = defaults();
        Map<String, String> written = new HashMap<>();
        for (String page : List.of("docs/operations.md", "docs/security.md")) {
            Files.readAllLines(Path.of(page)).stream().filter(line -> line.startsWith("|")).forEach(row -> read(row, written));
        }
        assertThat(written.keySet()).containsAll(defaults.keySet());
        // Beside the settings themselves only those of names that an operator chooses, and references to other tables.
        assertThat(written.keySet()).filteredOn(name -> !defaults.containsKey(name))
                .allMatch(name -> name.matches("atrium\\.(file|limits)\\.\\*|atrium\\.(history\\.namespace|api-keys)\\..*"));
        defaults.values().removeIf(String::isEmpty);
        defaults.forEach((name, value) -> assertThat(written.get(name)).as(name).matches(Pattern.quote(value) + "(\\W.*)?"));
    }

    /** Returns the names of all settings, each with its default, or with nothing if it has none. */
    private static Map<String, String> defaults() throws Exception {
        Map<String, String> defaults = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(each -> each.toString().endsWith("Config.java")).toList()) {
                String name = Path.of("src/main/java").relativize(file).toString().replace('/', '.').replace(".java", "");
                Class<?> type = Class.forName(name);
                addSettings(type, type.getAnnotation(ConfigMapping.class).prefix(), defaults);
            }
        }
        Properties server = new Properties();
        server.load(Files.newBufferedReader(Path.of("src/main/resources/application.properties")));
        server.forEach((name, value) -> defaults.computeIfPresent((String) name, (same, before) -> (String) value));
        return defaults;
    }

    private static void addSettings(Class<?> type, String prefix, Map<String, String> defaults) {
        for (Method method : type.getMethods()) {
            String name = prefix + '.' + StringUtil.skewer(method.getName());
            if (method.getReturnType().isInterface() && method.getReturnType().getDeclaringClass() != null) {
                addSettings(method.getReturnType(), name, defaults);
            } else if (method.getReturnType() != Map.class) {
                WithDefault value = method.getAnnotation(WithDefault.class);
                defaults.put(name, value == null ? "" : value.value());
            }
        }
    }

    /**
     * Reads the settings that a row is about, {@code atrium.auth.notice} and {@code ….grace}, and what it has as their
     * defaults.
     */
    private static void read(String row, Map<String, String> written) {
        String[] cells = row.substring(1).split("(?<!\\\\)\\|");
        List<String> names = NAME.matcher(cells[0]).results().map(name -> name.group(1)).toList();
        String[] values = cells[1].split(",");
        String former = "";
        for (int i = 0; i < names.size(); i++) {
            String rest = names.get(i).substring(1);
            former = names.get(i).startsWith("…") ? former.replaceFirst("\\.[^.]*$", Matcher.quoteReplacement(rest))
                    : names.get(i);
            String value = values.length == names.size() ? values[i] : cells[1];
            if (former.startsWith("atrium.")) {
                written.putIfAbsent(former, value.replace("`", "").strip());
            }
        }
    }

    /** Returns the anchors that GitHub gives to the headings of a page, and the page's own. */
    private static Set<String> anchors(Path page) {
        try {
            Set<String> anchors = new HashSet<>();
            String text = CODE.matcher(Files.readString(page)).replaceAll("");
            for (MatchResult each : HEADING.matcher(text).results().toList()) {
                anchors.add(each.group(2) != null ? each.group(2)
                        : each.group(1).toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-'));
            }
            return anchors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
