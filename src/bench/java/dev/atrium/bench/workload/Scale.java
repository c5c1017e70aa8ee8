package dev.atrium.bench.workload;

import java.time.Duration;

/** How big and how long the workloads are. */
public record Scale(int members, int idle, int storm, int resume, int upload, Duration warmUp, Duration measured) {
}
