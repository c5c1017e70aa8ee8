package dev.atrium.file;

import java.util.regex.Pattern;

/** Validation of file ids: they become names of directories and objects, and must not allow path traversal. */
public final class SafeId {

    /** A longer id than a file system or S3 takes would be a failure of the store, and not a file that is not there. */
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

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
            throw new IllegalArgumentException("expected an id of 1 to 64 letters, digits, _ and -");
        }
        return id;
    }
}
