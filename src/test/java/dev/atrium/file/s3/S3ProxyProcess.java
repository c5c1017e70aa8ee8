package dev.atrium.file.s3;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** S3Proxy in its own process: an S3 server that stores objects as files in a directory. It verifies signatures. */
final class S3ProxyProcess implements AutoCloseable {

    static final String ACCESS_KEY = "local-identity";
    static final String SECRET_KEY = "local-credential";

    private static final Path JAR = Path.of("target/s3proxy/s3proxy.jar");

    private final Path directory;
    private final int port;
    private final Process process;

    private S3ProxyProcess(Path directory, int port, Process process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
    }

    static S3ProxyProcess start() {
        try {
            Path directory = Files.createTempDirectory("atrium-s3proxy");
            Path objects = Files.createDirectory(directory.resolve("objects"));
            int port = freePort();
            Path settings = Files.write(directory.resolve("s3proxy.properties"), List.of(
                    "s3proxy.endpoint=http://127.0.0.1:" + port,
                    "s3proxy.authorization=aws-v2-or-v4",
                    "s3proxy.identity=" + ACCESS_KEY,
                    "s3proxy.credential=" + SECRET_KEY,
                    "jclouds.provider=filesystem-nio2",
                    "jclouds.identity=none",
                    "jclouds.credential=none",
                    "jclouds.filesystem.basedir=" + objects));
            Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"), "-Xmx256m", "-jar",
                    JAR.toString(), "--properties", settings.toString())
                    .redirectErrorStream(true).redirectOutput(directory.resolve("s3proxy.log").toFile()).start();
            S3ProxyProcess started = new S3ProxyProcess(directory, port, process);
            Awaitility.await("S3Proxy").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50))
                    .until(started::answers);
            return started;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Directory of the objects of a bucket. */
    Path objects(String bucket) {
        return directory.resolve("objects").resolve(bucket);
    }

    /** Kills the process. */
    void stop() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new IllegalStateException("S3Proxy did not start: " + directory.resolve("s3proxy.log"));
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
