package dev.atrium.file;

import java.util.regex.Pattern;

/** Ids become names of directories and of objects, and must not lead out of where files are. */
public final class SafeId {

    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_-]+");

    private SafeId() {
    }

    /** Whether a file may have that id. */
    public static boolean matches(String id) {
        return SAFE.matcher(id).matches();
    }

    /**
     * The same id.
     *
     * @throws IllegalArgumentException if no file may have it
     */
    public static String require(String id) {
        if (!matches(id)) {
            throw new IllegalArgumentException("expected an id of letters, digits, _ and -");
        }
        return id;
    }
}
