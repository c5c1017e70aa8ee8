package dev.atrium.backplane.redis;

import io.vertx.redis.client.Response;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Error reply of Redis, or a failure of the connection.
 *
 * @param code first word of an error reply, such as OOM; empty if Redis did not reply
 * @param text for a person
 * @param fromScript whether a command of a script failed, after others that may have taken effect
 */
record RedisError(String code, String text, boolean fromScript) {

    /** Redis rejects these before the first write of a script. */
    private static final Set<String> BEFORE_ANY_WRITE = Set.of("NOSCRIPT", "READONLY", "LOADING", "OOM", "MISCONF",
            "MASTERDOWN", "CLUSTERDOWN", "BUSY", "NOREPLICAS", "MOVED", "ASK", "TRYAGAIN", "CROSSSLOT", "NOAUTH", "WRONGPASS",
            "DENIED");

    /** Codes that say that this server takes no writes, or not from this client, whatever the command. */
    private static final Set<String> REFUSES_WRITES = Set.of("READONLY", "LOADING", "OOM", "MISCONF", "MASTERDOWN",
            "CLUSTERDOWN", "BUSY", "NOREPLICAS", "MOVED", "NOAUTH", "WRONGPASS", "NOPERM");

    private static final String CONNECTION_CLOSED = "CONNECTION_CLOSED";

    private static final Pattern CODE = Pattern.compile("-?([A-Z]{3,}) ");

    /** Redis 6 wraps the error of a script's command: {@code ERR Error running script (call to f_…): …: -OOM command …}. */
    private static final Pattern WRAPPED = Pattern.compile(": -?([A-Z]{3,}) ");

    /** Redis up to 7.0 has no code for what the user of a script may not do in it. */
    private static final String FORBIDDEN_IN_SCRIPT = "The user executing the script can't ";

    static RedisError of(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        // The client reports the end of a connection as if Redis had replied with an error.
        if (!(failure instanceof Response) || text.equals(CONNECTION_CLOSED)) {
            return new RedisError("", text, false);
        }
        boolean fromScript = text.contains("user_script");
        if (fromScript && text.contains(FORBIDDEN_IN_SCRIPT)) {
            return new RedisError("NOPERM", text, true);
        }
        Matcher wrapped = WRAPPED.matcher(text);
        if (fromScript && text.startsWith("ERR") && wrapped.find()) {
            return new RedisError(wrapped.group(1), text, true);
        }
        Matcher code = CODE.matcher(text + " ");
        return new RedisError(code.lookingAt() ? code.group(1) : "ERR", text, fromScript);
    }

    /** Returns whether the state of this server, or of its user, does not explain the reply. */
    boolean isUnexpected() {
        return !code.isEmpty() && !BEFORE_ANY_WRITE.contains(code) && !REFUSES_WRITES.contains(code);
    }

    /** Returns whether the command certainly had no effect. */
    boolean isBeforeEffect() {
        return !code.isEmpty() && (!fromScript || BEFORE_ANY_WRITE.contains(code));
    }

    /** Returns whether the user of this client lacks a permission, which other commands may not need. */
    boolean isMissingPermission() {
        return code.equals("NOPERM");
    }

    /** Returns whether this server refuses writes, and can be read. */
    boolean refusesOnlyWrites() {
        return code.equals("OOM") || code.equals("NOREPLICAS") || code.equals("MISCONF");
    }

    /** Returns whether this server refuses writes, so that this will not pass with the next command. */
    boolean refusesWrites() {
        return REFUSES_WRITES.contains(code);
    }
}
