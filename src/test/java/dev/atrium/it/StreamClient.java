package dev.atrium.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reader of an endless response, line by line, until it ends or is closed. */
public final class StreamClient implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final HttpResponse<InputStream> response;
    private volatile boolean ended;

    private StreamClient(HttpResponse<InputStream> response) {
        this.response = response;
        Thread reader = new Thread(this::read, "stream-client");
        reader.setDaemon(true);
        reader.start();
    }

    static StreamClient open(URI uri, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return new StreamClient(HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public int status() {
        return response.statusCode();
    }

    public String header(String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** JSON objects in the lines so far, in either format. */
    public List<JsonNode> events() {
        return lines().stream().map(line -> line.startsWith("data: ") ? line.substring(6) : line)
                .map(line -> line.startsWith("<script>")
                        ? line.substring(line.indexOf('{'), line.lastIndexOf('}') + 1)
                        : line)
                .filter(line -> line.startsWith("{")).map(SessionClient::json).toList();
    }

    /** Waits for a number of events with a name, and returns them. */
    public List<JsonNode> events(String name, int count) {
        SocketClient.await().until(() -> events(name).size() >= count);
        return events(name);
    }

    public List<JsonNode> events(String name) {
        return events().stream().filter(event -> event.path("event").asText().equals(name)).toList();
    }

    /** Waits until the server has ended the response. */
    public void awaitEnd() {
        SocketClient.await().until(() -> ended);
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // Closed by the test, or cut by the server: the lines received until then count.
        } finally {
            ended = true;
        }
    }
}
