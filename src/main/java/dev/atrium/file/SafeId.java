package dev.atrium.file;

import java.util.regex.Pattern;

/** Validation of file ids: they become names of directories and objects, and must not allow path traversal. */
public final class SafeId {

    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_-]+");

    private SafeId() {
    }

    public static boolean matches(String id) {
        return SAFE.matcher(id).matches();
    }

    /**
     * Returns the same id.
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
