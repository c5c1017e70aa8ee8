package dev.atrium.bench;

import dev.atrium.bench.workload.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Options of a benchmark, from the system properties {@code bench.*}.
 *
 * @param turns whether saturation workloads compare Atrium with each peer in turns
 * @param baseline checkout of another state of the project, packaged, to compare this one with; or null
 */
record Options(List<String> workloads, List<String> peers, int runs, Scale scale, Path output, String java,
        String serverOptions, boolean aot, boolean turns, Path baseline) {

    private static final String PREFIX = "bench.";
    private static final List<String> ALL = List.of("all");
    private static final int MOST_SECONDS = 30;

    static Options read() {
        return new Options(
                list("workloads"), list("peers"), number("runs", 3, 1, 100),
                new Scale(number("members", 2_000, 100, 50_000), number("rooms", 1_000, 10, 5_000),
                        number("idle", 10_000, 100, 100_000),
                        number("storm", 5_000, 10, 50_000), number("resume", 1_000, 10, 20_000),
                        number("upload", 1_024, 8, 16_384),
                        seconds("warmup", 5, 0), seconds("seconds", 10, 1)),
                Path.of(text("output", "target/bench/results.json")),
                text("java", Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                text("server-options", ""), flag("aot"), flag("turns"),
                text("baseline", "").isEmpty() ? null : Path.of(text("baseline", "")).toAbsolutePath());
    }

    static boolean isChosen(List<String> chosen, String name) {
        return chosen.equals(ALL) || chosen.contains(name);
    }

    private static String text(String name, String otherwise) {
        String value = System.getProperty(PREFIX + name, "");
        return value.isBlank() ? otherwise : value.trim();
    }

    private static boolean flag(String name) {
        return Boolean.parseBoolean(text(name, "false"));
    }

    private static List<String> list(String name) {
        return Stream.of(text(name, "all").split(",")).map(String::trim).filter(one -> !one.isEmpty()).toList();
    }

    private static Duration seconds(String name, int otherwise, int least) {
        return Duration.ofSeconds(number(name, otherwise, least, MOST_SECONDS));
    }

    private static int number(String name, int otherwise, int least, int most) {
        String value = text(name, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw new IllegalArgumentException(
                PREFIX + name + ": expected a number from " + least + " to " + most + ", got " + value);
    }
}
