package dev.atrium.bench.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Process of a started program, with all its child processes. */
public final class ServerProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration RUN_LIMIT = Duration.ofMinutes(3);
    private static final Set<ServerProcess> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(ServerProcess::close)));
    }

    private final Process process;
    private final File log;

    private ServerProcess(Process process, File log) {
        this.process = process;
        this.log = log;
        RUNNING.add(this);
    }

    static ServerProcess start(List<String> command, File directory, File log) {
        try {
            log.getParentFile().mkdirs();
            return new ServerProcess(new ProcessBuilder(command).directory(directory).redirectErrorStream(true)
                    .redirectOutput(log).start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a program to its end.
     *
     * @throws IllegalStateException if it fails
     */
    static void run(List<String> command, File directory, File log) throws IOException {
        log.getParentFile().mkdirs();
        Process process = new ProcessBuilder(command).directory(directory).redirectErrorStream(true)
                .redirectOutput(log).start();
        try {
            if (!process.waitFor(RUN_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("took too long, see " + log);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException("failed, see " + log);
        }
    }

    ServerProcess awaitListening(int port) {
        return await(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    ServerProcess await(BooleanSupplier ready) {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        try {
            while (!ready.getAsBoolean()) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    close();
                    throw new IllegalStateException("did not start, see " + log);
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** Requests termination and waits for the end of the process. */
    void end() {
        process.destroy();
        try {
            if (!process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("did not end, see " + log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    long pid() {
        return process.pid();
    }

    /** The process and its child processes. */
    private Stream<ProcessHandle> family() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    public double cpuSeconds() {
        return family().mapToDouble(one -> ProcFile.cpuSeconds(one.pid())).sum();
    }

    public long residentBytes() {
        return family().mapToLong(one -> ProcFile.residentBytes(one.pid())).sum();
    }

    public long sockets() {
        return family().mapToLong(one -> ProcFile.sockets(one.pid())).sum();
    }

    @Override
    public void close() {
        RUNNING.remove(this);
        List<ProcessHandle> family = family().toList();
        process.destroy();
        try {
            process.waitFor(3, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        family.forEach(ProcessHandle::destroyForcibly);
    }
}
