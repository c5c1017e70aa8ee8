package dev.atrium.bench.workload;

import dev.atrium.bench.load.LoadLoop;
import dev.atrium.bench.server.Site;

/** Environment of a workload: the load loop, the scale and the site. */
public record Bench(LoadLoop loop, Scale scale, Site site) {
}
