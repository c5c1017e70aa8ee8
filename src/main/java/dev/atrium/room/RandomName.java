package dev.atrium.room;

import java.security.SecureRandom;
import java.util.Base64;

/** Generator of random base64url names, for replicas, sessions, epochs and files. Each character has six bits. */
public final class RandomName {

    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomName() {
    }

    public static String of(int characters) {
        byte[] bytes = new byte[(characters * 6 + 7) / 8];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).substring(0, characters);
    }
}
