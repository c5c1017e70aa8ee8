package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.backplane.BackplaneStatus.Function;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What does not work between this replica and Redis, for health checks and metrics. Immutable.
 *
 * @param all by function; empty if everything works
 */
record RedisProblems(Map<Function, RedisError> all) {

    /** Returns the error of a connection that is down, whose problem may begin with the code of Redis's reply. */
    static RedisError unreachable(String problem) {
        String text = problem == null || problem.isEmpty() ? "no connection" : problem;
        String code = text.split(" ", 2)[0];
        return new RedisError(BackplaneStatus.REASONS.contains(code) ? code : BackplaneStatus.UNREACHABLE, text, false);
    }

    /** Returns one of {@link BackplaneStatus#REASONS} for each function that fails. */
    Map<Function, String> reasons() {
        Map<Function, String> reasons = new EnumMap<>(Function.class);
        all.forEach((function, error) -> reasons.put(function,
                BackplaneStatus.REASONS.contains(error.code()) ? error.code() : BackplaneStatus.OTHER));
        return reasons;
    }

    String detail() {
        return all.isEmpty() ? "publishes to Redis and receives its own probes"
                : all.entrySet().stream().map(each -> each.getKey().what() + ": " + each.getValue().text())
                        .collect(Collectors.joining("; "));
    }
}
