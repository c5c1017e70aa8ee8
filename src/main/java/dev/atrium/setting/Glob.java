package dev.atrium.setting;

import java.util.regex.Pattern;

/** Glob patterns in settings: {@code *} matches any text, every other character matches itself. */
public final class Glob {

    private Glob() {
    }

    /**
     * Compiles a glob that is to match namespaces; one that can match none would have no effect.
     *
     * @throws io.quarkus.runtime.configuration.ConfigurationException naming the setting
     */
    public static Pattern ofNamespaces(String setting, String glob) {
        Require.that(glob.matches("[/*][^ ,?]*"), setting,
                "names that begin with a slash, or with *, and have no space, comma or question mark, got " + glob);
        return pattern(glob);
    }

    /** Compiles a glob to a pattern for the whole text. */
    public static Pattern pattern(String glob) {
        String[] parts = glob.split("\\*", -1);
        StringBuilder pattern = new StringBuilder(Pattern.quote(parts[0]));
        for (int i = 1; i < parts.length - 1; i++) {
            // The first match of each part is sufficient, and the group is atomic: many stars must not cause backtracking over all ways to
            // divide the text among them.
            pattern.append("(?>.*?").append(Pattern.quote(parts[i])).append(')');
        }
        return Pattern
                .compile(parts.length == 1 ? pattern.toString() : pattern + ".*" + Pattern.quote(parts[parts.length - 1]));
    }
}
