package dev.atrium.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.json.JSONObject;

/** Official Java client of Socket.IO that records what it receives: {@code event} and its arguments, as text. */
public final class SocketIoClient implements AutoCloseable {

    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final Socket socket;

    private SocketIoClient(Socket socket) {
        this.socket = socket;
        socket.onAnyIncoming(arguments -> log.add(text(arguments)));
        socket.on(Socket.EVENT_CONNECT, ignored -> log.add("@connect"));
        socket.on(Socket.EVENT_DISCONNECT, reason -> log.add("@disconnect " + reason[0]));
        socket.on(Socket.EVENT_CONNECT_ERROR, error -> log.add("@error "
                + (error[0] instanceof JSONObject json
                        ? json.optString("message") + (json.has("data") ? " " + json.opt("data") : "")
                        : error[0].toString())));
    }

    /** @param transports {@code polling}, {@code websocket}, or both, separated by a comma */
    public static SocketIoClient connect(URI uri, String transports, Map<String, String> auth) {
        IO.Options options = IO.Options.builder().setForceNew(true).setTransports(transports.split(","))
                .setReconnectionDelay(50).setReconnectionDelayMax(200).setAuth(auth).build();
        SocketIoClient client = new SocketIoClient(IO.socket(uri, options));
        client.socket.connect();
        return client;
    }

    public static SocketIoClient connect(Replica replica, String namespace, String transports) {
        return connect(URI.create(replica.http(namespace)), transports, Map.of()).awaitConnected();
    }

    public SocketIoClient awaitConnected() {
        SocketClient.await().untilAsserted(() -> assertThat(socket.connected()).as("connected: " + log()).isTrue());
        return this;
    }

    /** The same client in another namespace, over the same connection. */
    SocketIoClient namespace(String name) {
        SocketIoClient other = new SocketIoClient(socket.io().socket(name));
        other.socket.connect();
        return other.awaitConnected();
    }

    public String id() {
        return socket.id();
    }

    public void emit(String event, Object... arguments) {
        socket.emit(event, arguments);
    }

    /** Emits an event, and returns the arguments of its acknowledgement. */
    public String emitWithAck(String event, Object... arguments) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Object[] withAck = Arrays.copyOf(arguments, arguments.length + 1);
        withAck[arguments.length] = (Ack) values -> answer.complete(text(values));
        socket.emit(event, withAck);
        return answer.orTimeout(10, TimeUnit.SECONDS).join();
    }

    public List<String> log() {
        synchronized (log) {
            return List.copyOf(log);
        }
    }

    /** Received arguments of an event so far. */
    public List<String> heard(String event) {
        return log().stream().filter(line -> line.equals(event) || line.startsWith(event + " ")).toList();
    }

    public void awaitHeard(String... lines) {
        SocketClient.await().untilAsserted(() -> assertThat(log()).contains(lines));
    }

    /** Acknowledges an event with the result of a function of its arguments. */
    public void answer(String event, Function<Object[], Object> function) {
        socket.on(event, arguments -> ((Ack) arguments[arguments.length - 1]).call(function.apply(arguments)));
    }

    public static ConditionFactory await() {
        return SocketClient.await();
    }

    public void disconnect() {
        socket.disconnect();
    }

    @Override
    public void close() {
        socket.io().reconnection(false);
        socket.disconnect();
    }

    private static String text(Object[] values) {
        return Stream.of(values).map(SocketIoClient::text).collect(Collectors.joining(" "));
    }

    private static String text(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length > 100 ? bytes.length + " bytes, hash " + Arrays.hashCode(bytes)
                    : "0x" + HexFormat.of().formatHex(bytes);
        }
        return String.valueOf(value);
    }
}
