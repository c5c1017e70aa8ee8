package dev.atrium.room;

/**
 * Address of a room: a name inside a namespace.
 *
 * <p>
 * Two kinds of room exist without a join: the room of a whole namespace ({@link #everyone}), which holds all of its sessions,
 * and the room of a single session, named by the session's id ({@link SessionId}).
 *
 * @param namespace begins with {@code /}; printable characters except space, {@code ?} and {@code ,}
 * @param name any printable characters, at most {@value #MAX_BYTES} bytes of UTF-8; empty for the whole namespace
 */
public record RoomId(String namespace, String name) {

    /** Namespace of clients that name none; Socket.IO's main namespace. */
    public static final String DEFAULT_NAMESPACE = "/";

    /** Maximum length of a namespace and of a room name, in bytes of UTF-8. */
    public static final int MAX_BYTES = 255;

    /**
     * Returns the id of the room of that name.
     *
     * @throws InvalidNameException naming the field, {@code ns} or {@code room}, and its expected form
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
     * Returns the id of the room of all sessions of a namespace.
     *
     * @throws InvalidNameException if the namespace is malformed
     */
    public static RoomId everyone(String namespace) {
        requireNamespace(namespace);
        return new RoomId(namespace, "");
    }

    public boolean isEveryone() {
        return name.isEmpty();
    }

    /** Returns whether this is the room of a single session, which no other session may join. */
    public boolean isSession() {
        return SessionId.isSessionId(name);
    }

    /** Returns whether this room has to be joined: it is neither the room of a whole namespace nor of a single session. */
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
            // Socket.IO ends a namespace at a comma and starts its query at a question mark; Redis keys separate it from the
            // name by a space.
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
