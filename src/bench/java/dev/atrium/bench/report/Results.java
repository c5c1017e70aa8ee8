package dev.atrium.bench.report;

import dev.atrium.bench.workload.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Results of all runs, and the medians computed from them. */
public final class Results {

    private final List<Run> runs = new ArrayList<>();

    public void add(Run run) {
        runs.add(run);
    }

    List<Run> runs() {
        return runs;
    }

    /** Medians by workload and figure, in the order of their first appearance; the subjects of one figure are adjacent. */
    List<Median> medians() {
        Map<Key, Map<String, List<Double>>> values = new LinkedHashMap<>();
        for (Run run : runs) {
            for (Figure figure : run.figures()) {
                values.computeIfAbsent(new Key(run.workload(), figure.name(), figure.unit()), key -> new LinkedHashMap<>())
                        .computeIfAbsent(run.subject(), subject -> new ArrayList<>()).add(figure.value());
            }
        }
        List<Median> medians = new ArrayList<>();
        values.forEach((key, subjects) -> subjects.forEach((subject, list) -> medians.add(median(key, subject, list))));
        return medians;
    }

    private record Key(String workload, String figure, String unit) {
    }

    private static Median median(Key key, String subject, List<Double> values) {
        List<Double> sorted = values.stream().sorted(Comparator.naturalOrder()).toList();
        int size = sorted.size();
        double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
        return new Median(key.workload, key.figure, key.unit, subject, median, sorted.get(0), sorted.get(size - 1), size);
    }

    /** Ratio of this median to the other subject's median of the same figure; empty if there is none or it is 0. */
    static OptionalDouble ratio(List<Median> medians, Median one, String other) {
        return medians.stream()
                .filter(m -> m.workload().equals(one.workload()) && m.figure().equals(one.figure())
                        && m.unit().equals(one.unit()) && m.subject().equals(other) && m.median() != 0)
                .mapToDouble(m -> one.median() / m.median())
                .findFirst();
    }
}
