package dev.atrium.bench.report;

import dev.atrium.bench.workload.Figure;
import java.util.List;

/** Result of one run of one subject: its figures, or the reason of its failure. */
public record Run(String workload, String subject, int number, List<Figure> figures, String failure) {
}
