package dev.atrium.it.schedule;

import dev.atrium.it.Door;
import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Engine.IO's WebSocket: a packet is a text frame. */
final class EngineIoWebSocket implements EngineIoTransport, WebSocket.Listener {

    private final URI url;
    private final StringBuilder text = new StringBuilder();
    private Consumer<String> packets;
    private Runnable lost;
    private volatile WebSocket socket;
    private volatile boolean aborted;
    private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);

    EngineIoWebSocket(Door door) {
        url = door.ws("/socket.io/?EIO=4&transport=websocket");
    }

    @Override
    public void open(Consumer<String> heard, Runnable over) {
        packets = heard;
        lost = over;
        Reader.HTTP.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(5)).buildAsync(url, this)
                .whenCompleteAsync((opened, failure) -> {
                    if (failure != null) {
                        lost.run();
                    }
                });
    }

    @Override
    public synchronized void send(String packet) {
        sending = sending.thenCompose(sent -> socket.sendText(packet, true)).exceptionally(failure -> {
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
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            String packet = text.toString();
            text.setLength(0);
            packets.accept(packet);
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
