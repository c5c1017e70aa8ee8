package dev.atrium.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** WebSocket client of the JDK that records what it receives: text as it came, binary as {@code 0x} and hexadecimal digits. */
public class SocketClient implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final List<String> received = Collections.synchronizedList(new ArrayList<>());
    private final WebSocket socket;
    private volatile int closeCode = -1;
    private volatile String closeReason;
    private volatile Throwable failure;

    protected SocketClient(URI uri, String... subprotocols) {
        WebSocket.Builder builder = HTTP.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(20));
        if (subprotocols.length > 0) {
            builder.subprotocols(subprotocols[0]);
        }
        socket = builder.buildAsync(uri, new Listener()).join();
    }

    public static SocketClient connect(URI uri) {
        return new SocketClient(uri);
    }

    public static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10));
    }

    public void text(String text) {
        get(socket.sendText(text, true));
    }

    /** Sends one message in fragments. */
    public void fragments(String... parts) {
        for (int i = 0; i < parts.length; i++) {
            get(socket.sendText(parts[i], i == parts.length - 1));
        }
    }

    public void binary(byte... bytes) {
        get(socket.sendBinary(ByteBuffer.wrap(bytes), true));
    }

    public String subprotocol() {
        return socket.getSubprotocol();
    }

    public List<String> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    /** Waits until it has received that many messages, and returns them all. */
    public List<String> await(int count) {
        await().until(() -> received.size() >= count);
        return received();
    }

    /** Waits until it has received exactly these messages. */
    public void awaitExactly(String... messages) {
        await().untilAsserted(() -> assertThat(received()).containsExactly(messages));
    }

    /** Waits until it was closed, and returns the close code. */
    public int awaitClose() {
        await().until(() -> closeCode != -1 || failure != null);
        return failure != null ? 1006 : closeCode;
    }

    public String closeReason() {
        return closeReason;
    }

    public boolean isOpen() {
        return closeCode == -1 && failure == null;
    }

    @Override
    public void close() {
        if (!socket.isOutputClosed()) {
            socket.sendClose(1000, "");
        }
        socket.abort();
    }

    /** Aborts the TCP connection without a close frame; the server notices it at once. */
    public void cut() {
        socket.abort();
    }

    /** Closes as a browser does, and waits for the close frame of the server. */
    public void leave() {
        leave(1000);
    }

    /** Closes with another close code, and waits for the close frame of the server. */
    public void leave(int code) {
        get(socket.sendClose(code, ""));
        awaitClose();
    }

    private static <T> void get(CompletableFuture<T> sent) {
        sent.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();
        private final StringBuilder binary = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received.add(text.toString());
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            binary.append(HexFormat.of().formatHex(bytes));
            if (last) {
                received.add("0x" + binary);
                binary.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            closeReason = reason;
            closeCode = statusCode;
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            failure = error;
        }
    }
}
