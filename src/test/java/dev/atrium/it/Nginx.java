package dev.atrium.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * Real nginx in front of several replicas, with docs/nginx.conf: requests go to the replicas in turn, without sticky sessions.
 */
public final class Nginx implements Door, AutoCloseable {

    private static final Path CONFIGURATION = Path.of("docs/nginx.conf");
    private static final int HANG_UP = 1;

    /** Configuration that only the tests need. */
    private static final String OF_A_TEST = """
            access_log off;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
            """;

    private final Process process;
    private final int port;
    private final int securePort;
    private final Certificate certificate;

    private Nginx(Process process, int port, int securePort, Certificate certificate) {
        this.certificate = certificate;
        this.process = process;
        this.port = port;
        this.securePort = securePort;
    }

    /** Starts nginx. Skips the test if it is missing. */
    public static Nginx before(Replica... replicas) {
        return before("3600s", replicas);
    }

    /**
     * @param readTimeout after which it closes a connection over which a replica sends nothing; old workers exit after the same
     *        time
     */
    static Nginx before(String readTimeout, Replica... replicas) {
        Path program = Tool.require("nginx");
        try {
            int port = RedisProcess.freePort();
            int securePort = RedisProcess.freePort();
            Path directory = Files.createTempDirectory("atrium-nginx");
            Certificate certificate = Certificate.make(directory);
            String servers = Arrays.stream(replicas).map(replica -> "server 127.0.0.1:" + replica.port() + ";")
                    .collect(Collectors.joining(" "));
            String configuration = Files.readString(CONFIGURATION)
                    .replaceAll("server 127\\.0\\.0\\.1:8080;\\s+server 127\\.0\\.0\\.1:8081;", servers)
                    .replace("listen 80;", "listen 127.0.0.1:" + port + ";")
                    .replace("listen 443 ssl;", "listen 127.0.0.1:" + securePort + " ssl;")
                    .replace("/etc/nginx/atrium.crt", certificate.file().toString())
                    .replace("/etc/nginx/atrium.key", certificate.keyFile().toString())
                    .replace("worker_processes auto;", "worker_processes 1;")
                    .replace("3600s", readTimeout)
                    .replace("worker_shutdown_timeout 60s", "worker_shutdown_timeout " + readTimeout)
                    .replace("http {\n", "http {\n  " + OF_A_TEST.formatted(directory));
            Path file = Files.writeString(directory.resolve("nginx.conf"), configuration);
            Process process = new ProcessBuilder(program.toString(), "-c", file.toString(), "-p", directory.toString(), "-g",
                    "daemon off; pid " + directory + "/nginx.pid; error_log " + directory + "/error.log;")
                    .redirectErrorStream(true).redirectOutput(directory.resolve("out.log").toFile()).start();
            Awaitility.await("nginx").atMost(Duration.ofSeconds(10)).until(() -> listens(port));
            return new Nginx(process, port, securePort, certificate);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String http(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    @Override
    public URI ws(String path) {
        return URI.create("ws://127.0.0.1:" + port + path);
    }

    /** Certificate of the TLS listener; TLS terminates here. */
    Certificate certificate() {
        return certificate;
    }

    URI wss(String path) {
        return URI.create("wss://127.0.0.1:" + securePort + path);
    }

    int port() {
        return port;
    }

    /** Reloads the configuration: new workers accept new connections, and the old workers serve their open ones for a while. */
    void reload() {
        try {
            new ProcessBuilder("kill", "-" + HANG_UP, Long.toString(process.pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Stops nginx and its workers, which would survive a killed master. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
