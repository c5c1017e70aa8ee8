package dev.atrium.room;

/**
 * The address of a room: a name inside a namespace.
 *
 * <p>Two kinds of room exist without anybody having joined them: the one of a whole namespace ({@link #everyone}), which
 * holds every session of it, and the one of a single session, named by the session's id ({@link SessionId}).
 *
 * @param namespace begins with {@code /}; printable characters but space, {@code ?} and {@code ,}
 * @param name any printable characters, at most {@value #MAX_BYTES} bytes of UTF-8; empty for the whole namespace
 */
public record RoomId(String namespace, String name) {

    /** The namespace of clients that ask for none; Socket.IO's main namespace. */
    public static final String DEFAULT_NAMESPACE = "/";

    /** Upper bound of a namespace and of a room name, in bytes of UTF-8. */
    public static final int MAX_BYTES = 255;

    /**
     * A room of that name.
     *
     * @throws InvalidNameException naming the field, {@code ns} or {@code room}, and what is expected of it
     */
    public static RoomId of(String namespace, String name) {
        requireNamespace(namespace);
        if (name == null || name.isEmpty()) {
            throw new InvalidNameException("room: expected a name of 1 to " + MAX_BYTES + " bytes");
        }
        requirePrintable("room", name);
        return new RoomId(namespace, name);
    }

    /**
     * The room of all sessions of a namespace.
     *
     * @throws InvalidNameException if the namespace is malformed
     */
    public static RoomId everyone(String namespace) {
        requireNamespace(namespace);
        return new RoomId(namespace, "");
    }

    /** Whether this is the room of a whole namespace. */
    public boolean isEveryone() {
        return name.isEmpty();
    }

    /** Whether this is the room of one session, which nobody else may join. */
    public boolean isSession() {
        return SessionId.isSessionId(name);
    }

    /** Whether somebody has to join it: it is neither that of a whole namespace nor that of one session. */
    public boolean isNamed() {
        return !isEveryone() && !isSession();
    }

    @Override
    public String toString() {
        return isEveryone() ? namespace : namespace + " " + name;
    }

    private static void requireNamespace(String namespace) {
        if (namespace == null || !namespace.startsWith("/")) {
            throw new InvalidNameException("ns: expected a namespace that begins with /");
        }
        requirePrintable("ns", namespace);
        for (int i = 0; i < namespace.length(); i++) {
            char c = namespace.charAt(i);
            // Socket.IO ends a namespace at the comma and its query at the question mark; a space ends it in our keys.
            if (c == ' ' || c == ',' || c == '?') {
                throw new InvalidNameException("ns: expected no space, comma or question mark");
            }
        }
    }

    private static void requirePrintable(String field, String value) {
        int bytes = 0;
        for (int i = 0; i < value.length();) {
            int c = value.codePointAt(i);
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                    throw new InvalidNameException(
                            field + ": expected printable characters, got U+" + String.format("%04X", c));
                default -> {
                }
            }
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            i += Character.charCount(c);
        }
        if (bytes > MAX_BYTES) {
            throw new InvalidNameException(
                    field + ": expected at most " + MAX_BYTES + " bytes of UTF-8, got " + bytes);
        }
    }
}
