package dev.atrium.setting;

import java.util.regex.Pattern;

/** Patterns in settings: {@code *} stands for anything, every other character for itself. */
public final class Glob {

    private Glob() {
    }

    /** What it matches, as a whole. */
    public static Pattern pattern(String glob) {
        String[] parts = glob.split("\\*", -1);
        StringBuilder pattern = new StringBuilder(Pattern.quote(parts[0]));
        for (int i = 1; i < parts.length - 1; i++) {
            // The first place is as good as any, and atomic: many stars must not mean trying all ways to share a name among them.
            pattern.append("(?>.*?").append(Pattern.quote(parts[i])).append(')');
        }
        return Pattern.compile(parts.length == 1 ? pattern.toString() : pattern + ".*" + Pattern.quote(parts[parts.length - 1]));
    }
}
