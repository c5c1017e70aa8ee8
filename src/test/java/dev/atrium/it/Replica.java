package dev.atrium.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** Replica: a process of the packaged program on free ports of the loopback address. */
public final class Replica implements Door, AutoCloseable {

    static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");

    /** JVM options. */
    private static final List<String> OPTIONS = List.of(System.getProperty("program.options", "-Xshare:auto").split(" "));
    private static final Pattern PORTS = Pattern.compile(
            "Listening on: http://127\\.0\\.0\\.1:(\\d+)(?: and https://[^ ]+)?\\. Management interface listening on http://127\\.0\\.0\\.1:(\\d+)\\.");
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * Settings of all tests that do not override them. A warm-up or a drain would cost each of the many replicas some seconds;
     * many tests publish more than one client may; and operations of an administrator are tested without one.
     */
    private static final Map<String, String> SETTINGS = Map.of(
            "atrium.warm-up.duration", "0s",
            "atrium.drain.delay", "0s",
            "atrium.drain.window", "0s",
            // The lag of a cold JVM on a busy machine means nothing.
            "atrium.admission.max-lag", "0s",
            "atrium.limits.messages", "0",
            "atrium.limits.bytes", "0",
            // Files of an earlier run must not affect this one.
            "atrium.file.directory", "target/files/" + ProcessHandle.current().pid(),
            "atrium.permissions.everyone", "/* *:admin");

    private final Process process;
    private final Path log;
    private int port;
    private int managementPort;

    private Replica(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts a replica with settings, and returns when it is ready. */
    public static Replica start(Map<String, String> settings) {
        Replica replica = launch(settings);
        replica.awaitReady();
        return replica;
    }

    /**
     * Starts a replica at low priority: in production a replica that starts on its own machine takes no processor time from
     * others. Afterwards it gets normal priority, if the user that runs the tests is allowed to raise it.
     */
    public static Replica startAside(Map<String, String> settings) {
        Replica replica = launch(settings, List.of("nice", "-n", "19"));
        replica.awaitReady();
        execute("sh", "-c", "renice -n 0 -p $(ls /proc/" + replica.pid() + "/task) >/dev/null 2>&1");
        return replica;
    }

    private void awaitReady() {
        awaitStarted();
        Awaitility.await("ready").atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20))
                .until(() -> management("/q/health/ready").statusCode() == 200);
    }

    public static Replica start() {
        return start(Map.of());
    }

    /** Starts a replica that shares its rooms through a Redis. */
    public static Replica with(RedisProcess redis) {
        return start(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url()));
    }

    /** Command that runs the program, without its properties, {@code -jar} and {@link #JAR}. */
    static List<String> java() {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        command.addAll(OPTIONS);
        return command;
    }

    /** Starts the process without waiting. An empty value leaves a setting at its default. */
    public static Replica launch(Map<String, String> settings) {
        return launch(settings, List.of());
    }

    private static Replica launch(Map<String, String> settings, List<String> prefix) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(java());
        command.addAll(List.of("-Xmx512m", "-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port=0",
                "-Dquarkus.management.host=127.0.0.1", "-Dquarkus.management.port=0"));
        Map<String, String> all = new HashMap<>(SETTINGS);
        all.putAll(settings);
        all.values().removeIf(String::isEmpty);
        all.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add("-jar");
        command.add(JAR.toString());
        try {
            Path log = Files.createTempFile("atrium-replica", ".log");
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            return new Replica(process, log);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the replica listens. */
    public void awaitStarted() {
        Awaitility.await("start").atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20))
                .until(() -> findPorts() || !process.isAlive());
        if (!process.isAlive()) {
            throw new IllegalStateException("did not start: " + log());
        }
    }

    /** Process id. */
    public long pid() {
        return process.pid();
    }

    public int port() {
        return port;
    }

    @Override
    public URI ws(String path) {
        return URI.create("ws://127.0.0.1:" + port + path);
    }

    /** Connects a client of the session protocol and reads its first frame. The client is in no room. */
    public SessionClient session() {
        return SessionClient.connect(ws("/ws"));
    }

    public SocketClient plain(String pathAndQuery) {
        return SocketClient.connect(ws(pathAndQuery));
    }

    public HttpResponse<String> post(String path, String contentType, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(http(path)))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)).timeout(Duration.ofSeconds(20));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        return send(request.build());
    }

    public HttpResponse<String> post(String path, String text) {
        return post(path, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    public HttpResponse<String> get(String path) {
        return request("GET", path);
    }

    /** Sends a request without a body. {@code headers} are alternating names and values. */
    public HttpResponse<String> request(String method, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(http(path)))
                .method(method, HttpRequest.BodyPublishers.noBody()).timeout(Duration.ofSeconds(70));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    /** Opens an endless response. {@code headers} are alternating names and values. */
    public StreamClient stream(String path, String... headers) {
        return StreamClient.open(URI.create(http(path)), headers);
    }

    @Override
    public String http(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    public HttpResponse<String> management(String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path)).build());
    }

    /** Sends a request without a body to the management port. */
    public HttpResponse<String> manage(String method, String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                .method(method, HttpRequest.BodyPublishers.noBody()).build());
    }

    /** Returns the value of one series as Prometheus scrapes it, {@code name{label="value"}}; NaN if there is none. */
    public double metric(String series) {
        return management("/q/metrics").body().lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst().orElse(Double.NaN);
    }

    /** Requests termination like Kubernetes, and returns the exit code. */
    public int terminate() {
        process.destroy();
        return exitCode();
    }

    /** Sends a signal, {@code TERM} or {@code INT}, without waiting. */
    public void signal(String name) {
        execute("kill", "-" + name, Long.toString(process.pid()));
    }

    private static void execute(String... command) {
        try {
            new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kills the process. */
    public void kill() {
        process.destroyForcibly();
        exitCode();
    }

    public int exitCode() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("still running: " + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Used bytes of the heap after a garbage collection. */
    public double heapAfterCollection() {
        try {
            Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
            new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.run").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return management("/q/metrics").body().lines().filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))).sum();
    }

    /** Log output so far. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }

    private boolean findPorts() {
        Matcher matcher = PORTS.matcher(log());
        if (!matcher.find()) {
            return false;
        }
        port = Integer.parseInt(matcher.group(1));
        managementPort = Integer.parseInt(matcher.group(2));
        return true;
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
