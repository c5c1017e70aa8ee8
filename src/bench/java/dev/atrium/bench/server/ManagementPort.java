package dev.atrium.bench.server;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Client of the management port of an Atrium replica: health and metrics. */
final class ManagementPort {

    private final int port;

    ManagementPort(int port) {
        this.port = port;
    }

    boolean isReady() {
        try {
            return open("/q/health/ready").getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Used bytes of all memory pools of the heap. */
    long heapBytes() {
        try (var body = open("/q/metrics").getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> line.startsWith("jvm_memory_used_bytes{") && line.contains("area=\"heap\""))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new IllegalStateException("no metrics", e);
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + path).toURL()
                .openConnection();
        connection.setConnectTimeout(1000);
        connection.setReadTimeout(5000);
        return connection;
    }
}
