package dev.atrium.bench.report;

import dev.atrium.bench.server.AtriumSubject;
import dev.atrium.bench.server.BareSubject;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Printer of the medians as a table. */
public final class Table {

    private static final String ROW = "%-16s %-34s %-20s %-15s %12s %10s %10s%n";

    private Table() {
    }

    public static void print(Results results, PrintStream out) {
        List<Median> medians = results.medians();
        out.println();
        out.printf(ROW, "workload", "figure", "unit", "subject", "median", "/ bare", "/ atrium");
        String workload = "";
        for (Median one : medians) {
            if (!one.workload().equals(workload)) {
                out.println();
                workload = one.workload();
            }
            out.printf(ROW, one.workload(), one.figure(), one.unit(), one.subject(), number(one.median()),
                    ratio(Results.ratio(medians, one, BareSubject.NAME)),
                    ratio(Results.ratio(medians, one, AtriumSubject.NAME)));
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 1000 ? "%,.0f" : "%.2f", value);
    }

    private static String ratio(OptionalDouble ratio) {
        return ratio.isPresent() ? String.format(Locale.ROOT, "%.2f", ratio.getAsDouble()) : "-";
    }
}
