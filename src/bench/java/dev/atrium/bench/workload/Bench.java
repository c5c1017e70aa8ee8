package dev.atrium.bench.workload;

import dev.atrium.bench.load.LoadLoop;
import dev.atrium.bench.server.Site;

/** What a workload has to work with. */
public record Bench(LoadLoop loop, Scale scale, Site site) {
}
