package dev.atrium.it;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import redis.embedded.core.ExecutableProvider;

/**
 * Real Redis in its own process: the binary that {@code REDIS_SERVER} names, else the 6.2 that comes in a jar. It can be
 * stopped and started again on the same port, with or without its data.
 */
public final class RedisProcess implements AutoCloseable {

    private final int port;
    private final Path directory;
    private final boolean durable;
    private Process process;

    private RedisProcess(boolean durable) throws IOException {
        this.durable = durable;
        this.port = freePort();
        this.directory = Files.createTempDirectory("atrium-redis");
    }

    /** Starts a Redis that loses its data when it is stopped. */
    public static RedisProcess start() {
        return start(false);
    }

    /** Starts a Redis with an append-only file that is written before each reply. */
    public static RedisProcess startDurable() {
        return start(true);
    }

    private static RedisProcess start(boolean durable) {
        try {
            RedisProcess redis = new RedisProcess(durable);
            redis.resume();
            return redis;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Starts it again after {@link #stop}. */
    public void resume() {
        List<String> command = new ArrayList<>(List.of(binary(), "--port", Integer.toString(port),
                "--bind", "127.0.0.1", "--save", "", "--dir", directory.toString()));
        if (durable) {
            command.addAll(List.of("--appendonly", "yes", "--appendfsync", "always"));
        }
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(directory.resolve("redis.log").toFile()).start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(20)).until(this::answers);
    }

    /** Kills the process, like a crash. */
    public void stop() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Suspends the process: connections stay open and nothing is answered. */
    public void freeze() {
        signal("STOP");
    }

    /** Continues the process after {@link #freeze}. */
    public void thaw() {
        signal("CONT");
    }

    /** Number of connections that are subscribed to a channel. */
    public int subscribers(String channel) {
        String reply = reply("PUBSUB NUMSUB \"" + channel + "\"");
        return Integer.parseInt(reply.substring(reply.lastIndexOf(':') + 1).trim());
    }

    /** Sends one inline command and returns the first line of the reply. */
    public String command(String line) {
        return reply(line).lines().findFirst().orElse("");
    }

    private String reply(String line) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2000);
            socket.getOutputStream().write((line + "\r\n").getBytes());
            byte[] reply = new byte[4096];
            int n = socket.getInputStream().read(reply);
            return new String(reply, 0, Math.max(0, n));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        } catch (IOException e) {
            return false;
        }
        return command("PING").equals("+PONG");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String binary() {
        String named = System.getenv("REDIS_SERVER");
        if (named != null && !named.isBlank()) {
            return named;
        }
        return Embedded.BINARY.getAbsolutePath();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Embedded binary, unpacked once for all tests. */
    private static final class Embedded {
        static final File BINARY;

        static {
            try {
                BINARY = ExecutableProvider.newJarResourceProvider().get();
            } catch (IOException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }
}
