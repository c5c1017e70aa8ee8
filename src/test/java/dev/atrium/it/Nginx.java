package dev.atrium.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A real nginx before some replicas, which hands each request to the next one: no client stays with a replica. */
final class Nginx implements AutoCloseable {

    private static final String CONFIGURATION = """
            daemon off;
            master_process off;
            pid %1$s/nginx.pid;
            error_log %1$s/error.log;
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              client_max_body_size 0;
              map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
              upstream atrium { %2$s }
              server {
                listen 127.0.0.1:%3$d;
                location / {
                  proxy_pass http://atrium;
                  proxy_http_version 1.1;
                  proxy_set_header Host $host;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection $connection_upgrade;
                  proxy_read_timeout 3600s;
                  proxy_send_timeout 3600s;
                  proxy_buffering off;
                }
              }
            }
            """;

    private final Process process;
    private final int port;

    private Nginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Skips the test where there is none. */
    static Nginx before(Replica... replicas) {
        Path program = Tool.require("nginx");
        try {
            int port = RedisProcess.freePort();
            Path directory = Files.createTempDirectory("atrium-nginx");
            String servers = Arrays.stream(replicas).map(replica -> "server 127.0.0.1:" + replica.port() + ";")
                    .collect(Collectors.joining(" "));
            Path configuration = Files.writeString(directory.resolve("nginx.conf"),
                    CONFIGURATION.formatted(directory, servers, port));
            Process process = new ProcessBuilder(program.toString(), "-c", configuration.toString(), "-p", directory.toString())
                    .redirectErrorStream(true).redirectOutput(directory.resolve("out.log").toFile()).start();
            Awaitility.await("nginx").atMost(Duration.ofSeconds(10)).until(() -> listens(port));
            return new Nginx(process, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String http(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
