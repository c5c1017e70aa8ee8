package dev.atrium.gateway;

import dev.atrium.room.Publication;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules for the event and the idempotency key of a publication, the same for every transport. Pure. */
public final class PublicationRules {

    /** Maximum length of an event's name, in bytes of UTF-8. */
    public static final int MAX_EVENT_BYTES = 255;

    /** Event names that clients cannot publish: Socket.IO's client libraries emit them themselves. */
    public static final Set<String> RESERVED_EVENTS = Set.of("connect", "connect_error", "disconnect", "disconnecting",
            "newListener", "removeListener");

    /** Controls and separators, as in the names of rooms: they would end a line of a log or of a stream. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");
    private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[!-~]{1,64}");
    private static final String EXPECTED_KEY = "expected 1 to 64 printable ASCII characters without spaces";

    private PublicationRules() {
    }

    /** Returns what is wrong with the event or the idempotency key of a publication, or null. */
    static String faultOf(String event, String idempotency) {
        if (event.isEmpty()) {
            return "event: expected a name, or none for \"" + Publication.DEFAULT_EVENT + "\"";
        }
        if (event.charAt(0) == '@') {
            return "event: names that begin with @ are the server's";
        }
        if (!JsonData.isWellFormed(event)) {
            return "event: expected whole characters, got half of a surrogate pair";
        }
        Matcher unprintable = UNPRINTABLE.matcher(event);
        if (unprintable.find()) {
            return "event: expected printable characters, got U+" + "%04X".formatted((int) event.charAt(unprintable.start()));
        }
        if (RESERVED_EVENTS.contains(event)) {
            return "event: " + event + " is reserved for the client library of Socket.IO, which emits it itself";
        }
        if (idempotency != null && !isIdempotencyKey(idempotency)) {
            return "idempotency: " + EXPECTED_KEY;
        }
        if (event.length() > MAX_EVENT_BYTES || event.getBytes(StandardCharsets.UTF_8).length > MAX_EVENT_BYTES) {
            return "event: expected at most " + MAX_EVENT_BYTES + " bytes of UTF-8";
        }
        return null;
    }

    private static boolean isIdempotencyKey(String key) {
        return IDEMPOTENCY_KEY.matcher(key).matches();
    }

    /**
     * Checks an idempotency key that has another name in its transport.
     *
     * @param key null for none
     * @throws ErrorReply 400, naming the field
     */
    public static void requireIdempotencyKey(String field, String key) {
        if (key != null && !isIdempotencyKey(key)) {
            throw ErrorReply.badRequest(field + ": " + EXPECTED_KEY);
        }
    }
}
