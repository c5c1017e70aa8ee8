package dev.atrium.bench.server;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** CPU pinning: the measured server has one processor, everything else another one. */
public final class Pinning {

    /** Processor of the measured server. */
    public static final int SERVER = 0;
    /** Processor of the load generator and of the other processes of a workload. */
    public static final int REST = 1;

    private final Optional<String> taskset = Executables.find("taskset");
    private final boolean on = taskset.isPresent() && Runtime.getRuntime().availableProcessors() > 1;

    public boolean isOn() {
        return on;
    }

    List<String> command(int processor, List<String> command) {
        List<String> pinned = new ArrayList<>();
        if (on) {
            pinned.addAll(List.of(taskset.orElseThrow(), "-c", Integer.toString(processor)));
        }
        pinned.addAll(command);
        return pinned;
    }

    /** Pins all threads of this process; threads that start later inherit it. */
    public void pinSelf() throws IOException, InterruptedException {
        if (on) {
            new ProcessBuilder(taskset.orElseThrow(), "-a", "-c", "-p", Integer.toString(REST),
                    Long.toString(ProcessHandle.current().pid()))
                    .redirectErrorStream(true).redirectOutput(new File("/dev/null")).start().waitFor();
        }
    }
}
