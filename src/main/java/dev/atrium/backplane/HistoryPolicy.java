package dev.atrium.backplane;

import dev.atrium.setting.Glob;
import dev.atrium.setting.Require;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** History limits per namespace: how much of a room's history is kept. Any thread. */
public final class HistoryPolicy {

    private static final long DEFAULT_BYTES = 8L << 20;
    private static final long MIN_BYTES = 1L << 10;
    private static final long MAX_BYTES = 1L << 40;

    /** Maximum number of messages that a room can be configured to keep. */
    public static final int MAX_SIZE = 1_000_000;

    private static final Duration MAX_AGE = Duration.ofDays(365);

    private final Limit defaultLimit;
    private final List<Rule> rules;
    private final long totalBytes;

    /**
     * History limit of a room: a message is kept while it is among the newest {@code size} and the newest {@code bytes}, and no
     * older than {@code age}.
     *
     * @param size number of messages; 0 keeps none
     * @param bytes sum of the sizes of the messages
     * @param age maximum age of a message, in milliseconds
     */
    public record Limit(int size, long bytes, long age) {
    }

    private record Rule(Pattern namespaces, Limit limit) {
    }

    /** @throws io.quarkus.runtime.configuration.ConfigurationException naming the invalid setting */
    public HistoryPolicy(BackplaneConfig.HistorySettings settings) {
        defaultLimit = limit("atrium.history", settings.size(), settings.bytes(), settings.age());
        Require.between("atrium.history.heap-percent", settings.heapPercent(), 1, 90);
        totalBytes = Runtime.getRuntime().maxMemory() / 100 * settings.heapPercent();
        // The longest pattern counts as the most specific one.
        rules = settings.namespace().entrySet().stream()
                .sorted(Comparator.comparingInt(rule -> -rule.getKey().length()))
                .map(rule -> rule(rule.getKey(), rule.getValue(), settings))
                .toList();
    }

    public HistoryPolicy(int size, Duration age) {
        this(size, age, Long.MAX_VALUE);
    }

    /** Creates a policy with the same limit for all namespaces, and one for all rooms together, in bytes. */
    public HistoryPolicy(int size, Duration age, long totalBytes) {
        this.totalBytes = totalBytes;
        defaultLimit = new Limit(size, DEFAULT_BYTES, age.toMillis());
        rules = List.of();
    }

    public Limit of(String namespace) {
        for (Rule rule : rules) {
            if (rule.namespaces.matcher(namespace).matches()) {
                return rule.limit;
            }
        }
        return defaultLimit;
    }

    /** Returns the memory, in bytes, that the rooms of a backplane in this process may take together. */
    public long totalBytes() {
        return totalBytes;
    }

    /** Returns the longest history age of any namespace, in milliseconds. */
    public long longestAge() {
        return rules.stream().mapToLong(rule -> rule.limit.age()).reduce(defaultLimit.age(), Math::max);
    }

    private static Rule rule(String namespaces, BackplaneConfig.NamespaceHistory values,
            BackplaneConfig.HistorySettings defaults) {
        String setting = "atrium.history.namespace.\"" + namespaces + '"';
        return new Rule(Glob.ofNamespaces(setting, namespaces), limit(setting, values.size().orElse(defaults.size()),
                values.bytes().orElse(defaults.bytes()), values.age().orElse(defaults.age())));
    }

    private static Limit limit(String setting, int size, long bytes, Duration age) {
        Require.between(setting + ".size", size, 0, MAX_SIZE);
        Require.between(setting + ".bytes", bytes, MIN_BYTES, MAX_BYTES);
        Require.between(setting + ".age", age, Duration.ofSeconds(1), MAX_AGE);
        return new Limit(size, bytes, age.toMillis());
    }
}
