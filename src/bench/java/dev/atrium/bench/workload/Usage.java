package dev.atrium.bench.workload;

import dev.atrium.bench.server.ProcFile;
import dev.atrium.bench.server.ServerProcess;

/** Processor time in seconds of the server and of the load generator, and the elapsed time. */
record Usage(double serverCpu, double generatorCpu, double seconds) {

    /** Current values of the counters. */
    static Usage now(ServerProcess server) {
        return new Usage(server.cpuSeconds(), ProcFile.cpuSeconds(ProcessHandle.current().pid()), System.nanoTime() / 1e9);
    }

    Usage since(Usage start) {
        return new Usage(serverCpu - start.serverCpu, generatorCpu - start.generatorCpu, seconds - start.seconds);
    }
}
