package dev.atrium.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Permission of a client in a room. */
public enum Permission {
    /** Join the room and receive its messages, including those published while the client was away for a short time. */
    JOIN,
    /** Publish messages. */
    SEND,
    /** Read the history. */
    HISTORY,
    /** List the members and receive presence events. */
    PRESENCE,
    /** Publish over HTTP without being a member: for backends. */
    PUBLISH,
    /** All of these, and ending other clients' sessions. */
    ADMIN;

    /** All permission words, for error messages. */
    static final String WORDS = Arrays.stream(values()).map(Permission::word).collect(Collectors.joining(", "));

    private final String word = name().toLowerCase(Locale.ROOT);

    /** Returns the word for it in tokens and settings. */
    public String word() {
        return word;
    }

    /** @throws InvalidGrantException if the word is unknown */
    static Permission of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst()
                .orElseThrow(() -> new InvalidGrantException("expected some of " + WORDS + ", got \"" + word + '"'));
    }
}
