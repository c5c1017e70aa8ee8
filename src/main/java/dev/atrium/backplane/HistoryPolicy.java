package dev.atrium.backplane;

import dev.atrium.setting.Glob;
import dev.atrium.setting.Require;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** History limits per namespace: how much of a room's history is kept. Any thread. */
public final class HistoryPolicy {

    /** Maximum number of messages that a room can be configured to keep. */
    public static final int MAX_SIZE = 1_000_000;

    private static final Duration MAX_AGE = Duration.ofDays(365);

    private final Limit defaultLimit;
    private final List<Rule> rules;

    /**
     * History limit of a room: a message is kept while it is among the newest {@code size} and no older than {@code age}.
     *
     * @param size number of messages; 0 keeps none
     * @param age maximum age of a message, in milliseconds
     */
    public record Limit(int size, long age) {
    }

    private record Rule(Pattern namespaces, Limit limit) {
    }

    /** @throws io.quarkus.runtime.configuration.ConfigurationException naming the invalid setting */
    public HistoryPolicy(BackplaneConfig.HistorySettings settings) {
        defaultLimit = limit("atrium.history", settings.size(), settings.age());
        // The longest pattern counts as the most specific one.
        rules = settings.namespace().entrySet().stream()
                .sorted(Comparator
                        .comparing((Map.Entry<String, BackplaneConfig.NamespaceHistory> rule) -> rule.getKey().length())
                        .reversed())
                .map(rule -> new Rule(Glob.pattern(rule.getKey()), limit("atrium.history.namespace.\"" + rule.getKey() + '"',
                        rule.getValue().size().orElse(settings.size()), rule.getValue().age().orElse(settings.age()))))
                .toList();
    }

    /** Creates a policy with the same limit for all namespaces. */
    public HistoryPolicy(int size, Duration age) {
        defaultLimit = new Limit(size, age.toMillis());
        rules = List.of();
    }

    /** Returns the limit for the rooms of a namespace. */
    public Limit of(String namespace) {
        for (Rule rule : rules) {
            if (rule.namespaces.matcher(namespace).matches()) {
                return rule.limit;
            }
        }
        return defaultLimit;
    }

    /** Returns the longest history age of any namespace, in milliseconds. */
    public long longestAge() {
        return rules.stream().mapToLong(rule -> rule.limit.age()).reduce(defaultLimit.age(), Math::max);
    }

    private static Limit limit(String setting, int size, Duration age) {
        Require.between(setting + ".size", size, 0, MAX_SIZE);
        Require.between(setting + ".age", age, Duration.ofSeconds(1), MAX_AGE);
        return new Limit(size, age.toMillis());
    }
}
