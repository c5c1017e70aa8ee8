package dev.atrium.bench.workload;

/** One measured value of a run. */
public record Figure(String name, String unit, double value) {

    static Figure perCpuSecond(String things, double count, Usage usage) {
        return new Figure(things, "per s of server cpu", count / usage.serverCpu());
    }

    static Figure perSecond(String things, double count, Usage usage) {
        return new Figure(things, "per s", count / usage.seconds());
    }

    static Figure serverLoad(Usage usage) {
        return new Figure("server processor", "%", 100 * usage.serverCpu() / usage.seconds());
    }

    static Figure generatorLoad(Usage usage) {
        return new Figure("generator processor", "%", 100 * usage.generatorCpu() / usage.seconds());
    }
}
