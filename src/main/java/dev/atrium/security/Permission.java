package dev.atrium.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Something that a client may do in a room. */
public enum Permission {
    /** Be in it and hear it, also what was said while the client was away for a short time. */
    JOIN,
    /** Say something. */
    SEND,
    /** Read what was said before. */
    HISTORY,
    /** See who is in it, who comes and who goes. */
    PRESENCE,
    /** Say something over HTTP without being in it: for backends. */
    PUBLISH,
    /** All of these, and to end other clients' sessions. */
    ADMIN;

    /** All words, for the answer to one that is none. */
    static final String WORDS = Arrays.stream(values()).map(Permission::word).collect(Collectors.joining(", "));

    private final String word = name().toLowerCase(Locale.ROOT);

    /** How tokens and settings write it. */
    public String word() {
        return word;
    }

    /** @throws InvalidGrantException if there is none of that name */
    static Permission of(String word) {
        for (Permission each : values()) {
            if (each.word.equals(word)) {
                return each;
            }
        }
        throw new InvalidGrantException("expected some of " + WORDS + ", got \"" + word + '"');
    }
}
