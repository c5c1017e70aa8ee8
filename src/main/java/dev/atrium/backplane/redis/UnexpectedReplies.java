package dev.atrium.backplane.redis;

import io.vertx.redis.client.Request;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Error replies that no state of Redis explains, such as WRONGTYPE where another program has written to a key of Atrium's. Each
 * is logged once with the keys of its command, because clients repeat what fails. Any thread.
 */
final class UnexpectedReplies {

    private static final Logger LOG = Logger.getLogger(UnexpectedReplies.class);

    /** Maximum number of lines: a program that has written to one key may have written to all of them. */
    private static final int MAX_LINES = 100;

    /** Keys with a resume token in them, which nobody may read in a log. */
    private static final Pattern SECRET = Pattern.compile("(:session:\\{[^}]*}:).+");

    /** Redis repeats the arguments of a command that it does not know, tokens and messages among them. */
    private static final Pattern ARGUMENTS = Pattern.compile("(?s),? with args beginning with:.*");

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    void received(RedisError error, Request request) {
        if (!error.isUnexpected() || known.size() >= MAX_LINES) {
            return;
        }
        List<String> keys = keys(request).stream().map(key -> SECRET.matcher(key).replaceFirst("$1…")).toList();
        if (!keys.isEmpty() && known.add(error.code() + " " + keys.get(0))) {
            LOG.warnf("Redis answers with an error; another program may have written to one of these keys: %s: %s",
                    String.join(", ", keys), ARGUMENTS.matcher(error.text()).replaceFirst(""));
        }
    }

    /** Returns the keys of a script, or that of another command. */
    private static List<String> keys(Request request) {
        // As it is sent: the number of words, then the length of each word and the word.
        String[] lines = request.toString().split("\r\n", 64);
        if (lines.length < 5) {
            return List.of();
        }
        if (!lines[2].equalsIgnoreCase("evalsha")) {
            return List.of(lines[4]);
        }
        return IntStream.range(0, Integer.parseInt(lines[6])).map(i -> 8 + 2 * i).filter(at -> at < lines.length - 1)
                .mapToObj(at -> lines[at]).toList();
    }
}
