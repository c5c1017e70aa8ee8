package dev.atrium.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Process statistics from /proc on Linux. */
public final class ProcFile {

    /** USER_HZ: 100 on every architecture that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    private ProcFile() {
    }

    /** Sum of user and system time. */
    public static double cpuSeconds(long pid) {
        String stat = lines(pid, "stat").get(0);
        // The process name, in parentheses, may contain spaces; the field after it is the third.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    public static long residentBytes(long pid) {
        return kibibytes(lines(pid, "status"), "VmRSS:") * 1024;
    }

    /** Number of open sockets. */
    public static long sockets(long pid) {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.filter(ProcFile::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException("the process " + pid + " is gone", e);
        }
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (IOException e) {
            // Closed since the directory was listed.
            return false;
        }
    }

    /** Maximum number of open files of this process, which the servers inherit. */
    public static long openFileLimit() {
        for (String line : lines(ProcessHandle.current().pid(), "limits")) {
            if (line.startsWith("Max open files")) {
                String hard = line.trim().split("\\s{2,}")[2];
                return hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
            }
        }
        return Long.MAX_VALUE;
    }

    private static long kibibytes(List<String> lines, String name) {
        for (String line : lines) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()).replace("kB", "").trim());
            }
        }
        throw new IllegalStateException("no " + name + " in /proc");
    }

    private static List<String> lines(long pid, String file) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException e) {
            throw new UncheckedIOException("the process " + pid + " is gone", e);
        }
    }
}
