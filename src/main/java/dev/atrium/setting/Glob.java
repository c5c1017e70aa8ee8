package dev.atrium.setting;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Patterns in settings: {@code *} stands for anything, every other character for itself. */
public final class Glob {

    private Glob() {
    }

    /** What it matches, as a whole. */
    public static Pattern pattern(String glob) {
        return Pattern.compile(Arrays.stream(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }
}
