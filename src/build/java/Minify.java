import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Minifier of the client, whose statements end with semicolons: drops comments, spaces and line breaks, and shortens the names
 * of private members and of variables. The name of a variable is shortened in the same way everywhere, so no scopes need to be
 * known: no local variable may have the name of a global one that is used elsewhere. Run by the build with {@code java Minify.java file}.
 */
public final class Minify {

    private static final Pattern TOKEN = Pattern.compile("(?<space>(?:\\s|//[^\\n]*|/\\*.*?\\*/)+)|(?<name>#?[\\p{L}_$][\\w$]*)"
            + "|(?<text>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')|(?<number>\\d[\\w.]*)"
            + "|(?<sign>\\.\\.\\.|\\?\\.(?!\\d)|=>|[-+*/%&|^<>=!?]+=?|.)", Pattern.DOTALL);
    private static final Pattern REGEX = Pattern.compile("/(?:[^/\\\\\\[\\n]|\\\\.|\\[(?:[^\\]\\\\]|\\\\.)*\\])+/[a-z]*");
    private static final Set<String> KEYWORDS = Set.of("as", "async", "await", "break", "case", "catch", "class", "const",
            "continue", "default", "delete", "do", "else", "export", "extends", "false", "finally", "for", "from", "function",
            "get", "if", "import", "in", "instanceof", "let", "new", "null", "of", "return", "set", "static", "super", "switch",
            "this", "throw", "true", "try", "typeof", "undefined", "var", "void", "while", "with", "yield", "arguments", "eval");
    /** Shorter words for the same, in a module that has been checked. */
    private static final Map<String, String> SHORTER = Map.of("const", "let", "undefined", "void 0", "true", "!0", "false", "!1");
    private static final Set<String> CONDITIONS = Set.of("if", "for", "while", "switch", "with");
    private static final Set<String> BEFORE_OBJECTS = Set.of("(", ",", "=", ":", "[", "?", "return", "&&", "||", "??", "const", "let",
            "...", "yield", "throw");
    private static final char CLASS = 'c';
    private static final char OBJECT = 'o';
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /**
     * Token of the source.
     *
     * @param isName whether it is an identifier or a keyword
     * @param scope the bracket that it is in: one of <code>{ ( [ `</code>, that of a class or an object, or a space
     */
    private record Token(String text, boolean isName, char scope) {
    }

    private final List<Token> tokens = new ArrayList<>();
    private final StringBuilder scopes = new StringBuilder(" ");

    private Minify(String source) {
        read(source);
    }

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        Files.writeString(file, new Minify(Files.readString(file)).write());
    }

    private void read(String source) {
        Matcher matcher = TOKEN.matcher(source);
        for (int at = 0; at < source.length();) {
            char scope = scopes.charAt(scopes.length() - 1);
            String before = tokens.isEmpty() ? "" : tokens.get(tokens.size() - 1).text();
            char first = source.charAt(at);
            if (first == '`' || first == '}' && scope == '`') {
                int end = template(source, at + 1);
                if (first == '}') {
                    scopes.setLength(scopes.length() - 1);
                }
                if (source.charAt(end - 1) == '{') {
                    scopes.append('`');
                }
                tokens.add(new Token(source.substring(at, end), false, scope));
                at = end;
                continue;
            }
            Matcher regex = REGEX.matcher(source).region(at, source.length());
            if (first == '/' && "/*".indexOf(source.charAt(at + 1)) < 0 && (before.isEmpty() || "(,=:[!&|?{};>".indexOf(before.charAt(before.length() - 1)) >= 0)
                    && regex.lookingAt()) {
                tokens.add(new Token(regex.group(), false, scope));
                at = regex.end();
                continue;
            }
            matcher.region(at, source.length()).lookingAt();
            String text = matcher.group();
            at = matcher.end();
            if (matcher.group("space") != null) {
                continue;
            }
            if ("})]".contains(text)) {
                scopes.setLength(scopes.length() - 1);
                scope = scopes.charAt(scopes.length() - 1);
            }
            tokens.add(new Token(text, matcher.group("name") != null, scope));
            if ("{([".contains(text)) {
                scopes.append(text.equals("{") ? kindOfBrace() : text.charAt(0));
            }
        }
    }

    /** Returns what the brace begins that was read last: a class, an object or a pattern of one, or a block. */
    private char kindOfBrace() {
        int brace = tokens.size() - 1;
        if (text(brace - 2).equals("class") || text(brace - 2).equals("extends")) {
            return CLASS;
        }
        return BEFORE_OBJECTS.contains(text(brace - 1)) ? OBJECT : '{';
    }

    /** Returns the end of a part of a template: behind its last character, or behind the beginning of an expression. */
    private static int template(String source, int begin) {
        int at = begin;
        while (source.charAt(at) != '`' && !source.startsWith("${", at)) {
            at += source.charAt(at) == '\\' ? 2 : 1;
        }
        return at + (source.charAt(at) == '`' ? 1 : 2);
    }

    private String write() {
        Map<String, String> names = names();
        StringBuilder written = new StringBuilder();
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.text().equals(";") && text(i + 1).equals("}")) {
                continue;
            }
            String text = token.text();
            if (token.isName() && !isProperty(i)) {
                String name = names.getOrDefault(text, SHORTER.getOrDefault(text, text));
                text = isShorthand(i) && !name.equals(text) ? text + ':' + name : name;
            } else if (text.startsWith("#")) {
                text = names.get(text);
            }
            if (written.length() > 0) {
                char before = written.charAt(written.length() - 1);
                char next = text.charAt(0);
                if (isWord(before) && (isWord(next) || next == '#') || (before == next && "+-/".indexOf(next) >= 0)) {
                    written.append(' ');
                }
            }
            written.append(text);
        }
        return written.append('\n').toString();
    }

    private static boolean isWord(char character) {
        return Character.isLetterOrDigit(character) || character == '_' || character == '$';
    }

    private String text(int index) {
        return index < 0 || index >= tokens.size() ? "" : tokens.get(index).text();
    }

    /** Returns the short names, the shortest for the most frequent ones. */
    private Map<String, String> names() {
        Map<String, Integer> counts = new HashMap<>();
        Set<String> bindings = new HashSet<>();
        Set<String> kept = new HashSet<>(KEYWORDS);
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            String name = token.text();
            if (token.isName()) {
                counts.merge(name, 1, Integer::sum);
                if (text(i - 2).equals("export")) {
                    kept.add(name);
                }
                if (Set.of("const", "let", "function", "class").contains(text(i - 1)) || text(i + 1).equals("=>")) {
                    bindings.add(name);
                }
            } else if (name.equals("(")) {
                parameters(i, bindings);
            }
        }
        List<String> ordered = counts.keySet().stream()
                .sorted(Comparator.<String, Integer> comparing(counts::get).reversed().thenComparing(name -> name)).toList();
        Set<String> taken = new HashSet<>(counts.keySet());
        ordered.stream().filter(name -> bindings.contains(name) && !kept.contains(name)).forEach(taken::remove);
        Map<String, String> names = new HashMap<>();
        int privates = 0;
        int variables = 0;
        for (String name : ordered) {
            if (name.startsWith("#")) {
                names.put(name, "#" + letters(privates++));
            } else if (bindings.contains(name) && !kept.contains(name)) {
                String letters = letters(variables++);
                while (taken.contains(letters) || KEYWORDS.contains(letters)) {
                    letters = letters(variables++);
                }
                names.put(name, letters);
            }
        }
        return names;
    }

    /** Whether the name is that of a property or of a member of a class. */
    private boolean isProperty(int i) {
        String before = text(i - 1);
        String after = text(i + 1);
        char scope = tokens.get(i).scope();
        return tokens.get(i).text().startsWith("#") || before.equals(".") || before.equals("?.")
                || scope == OBJECT && Set.of("{", ",").contains(before) && Set.of(":", "(").contains(after)
                || scope == CLASS && Set.of("{", ";", "}", "async", "get", "set", "static", "*").contains(before)
                        && Set.of("=", ";", "(").contains(after);
    }

    /** Whether the name is both that of a property and that of a variable. */
    private boolean isShorthand(int i) {
        return tokens.get(i).scope() == OBJECT && Set.of("{", ",").contains(text(i - 1)) && Set.of(",", "}", "=").contains(text(i + 1));
    }

    /** Adds the parameters of a function whose list begins there. */
    private void parameters(int begin, Set<String> bindings) {
        int depth = 0;
        int end = begin;
        do {
            String text = text(end);
            depth += "([{".contains(text) || text.endsWith("${") ? 1 : ")]}".contains(text) || text.startsWith("}") ? -1 : 0;
            end++;
        } while (depth > 0);
        if (!text(end).equals("=>") && (!text(end).equals("{") || CONDITIONS.contains(text(begin - 1)))) {
            return;
        }
        depth = 0;
        for (int i = begin; i < end; i++) {
            String text = text(i);
            depth += "([{".contains(text) || text.endsWith("${") ? 1 : ")]}".contains(text) || text.startsWith("}") ? -1 : 0;
            if (tokens.get(i).isName() && depth <= 2 && Set.of("(", ",", "[", "...").contains(text(i - 1))) {
                bindings.add(text);
            }
        }
    }

    private static String letters(int number) {
        String last = LETTERS.substring(number % 52, number % 52 + 1);
        return number < 52 ? last : letters(number / 52 - 1) + last;
    }
}
