package dev.atrium.it.schedule;

import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * WebSocket on which each text is a message. Like each client of these protocols it gives up a connection that is silent for
 * longer than the heartbeat of the replicas: the JDK's WebSocket does not report the end of one in a hundred connections that
 * end without a close frame.
 */
final class TextSocket implements TextTransport, WebSocket.Listener {

    /** Interval and timeout of the slowest heartbeat in the settings of the replicas. */
    private static final long MAX_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10 + 8);

    private final URI url;
    private final WebSocket.Builder builder;
    private final StringBuilder message = new StringBuilder();
    private Consumer<String> received;
    private Runnable lost;
    private volatile WebSocket socket;
    private volatile boolean aborted;
    private volatile long heard = System.nanoTime();
    private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);

    /** @param subprotocol the subprotocol to request */
    TextSocket(URI url, String subprotocol) {
        this.url = url;
        this.builder = Reader.HTTP.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(5)).subprotocols(subprotocol);
    }

    TextSocket(URI url) {
        this.url = url;
        this.builder = Reader.HTTP.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(5));
    }

    @Override
    public void open(Consumer<String> texts, Runnable over) {
        received = texts;
        lost = over;
        builder.buildAsync(url, this).whenCompleteAsync((opened, failure) -> {
            if (failure != null) {
                lost.run();
            }
        });
        watch();
    }

    private void watch() {
        CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(() -> {
            if (System.nanoTime() - heard > MAX_SILENCE_NANOS) {
                lost.run();
            } else if (!aborted) {
                watch();
            }
        });
    }

    @Override
    public synchronized void send(String text) {
        sending = sending.thenCompose(sent -> socket.sendText(text, true)).exceptionally(failure -> {
            lost.run();
            return null;
        });
    }

    @Override
    public void abort() {
        aborted = true;
        if (socket != null) {
            socket.abort();
        }
    }

    @Override
    public void onOpen(WebSocket opened) {
        socket = opened;
        if (aborted) {
            opened.abort();
        } else {
            opened.request(1);
        }
    }

    @Override
    public CompletionStage<?> onPing(WebSocket webSocket, ByteBuffer data) {
        heard = System.nanoTime();
        return WebSocket.Listener.super.onPing(webSocket, data);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        heard = System.nanoTime();
        message.append(data);
        if (last) {
            String whole = message.toString();
            message.setLength(0);
            received.accept(whole);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        lost.run();
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        lost.run();
    }
}
