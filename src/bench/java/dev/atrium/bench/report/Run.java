package dev.atrium.bench.report;

import dev.atrium.bench.workload.Figure;
import java.util.List;

/** What one run of one subject gave: figures, or why there are none. */
public record Run(String workload, String subject, int number, List<Figure> figures, String failure) {
}
