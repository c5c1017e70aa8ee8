package dev.atrium.it.schedule;

import dev.atrium.it.fixture.Door;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Engine.IO over long polls: consecutive GETs for packets from the server, and POSTs for packets to it. */
final class EngineIoPolling implements TextTransport {

    private static final String SEPARATOR = "\u001e";

    private final String url;
    private Consumer<String> packets;
    private Runnable lost;
    private volatile String sid = "";
    private long polls;
    private volatile boolean aborted;
    private volatile CompletableFuture<?> poll;
    private CompletableFuture<?> posting = CompletableFuture.completedFuture(null);

    EngineIoPolling(Door door) {
        url = door.http("/socket.io/?EIO=4&transport=polling");
    }

    @Override
    public void open(Consumer<String> received, Runnable over) {
        packets = received;
        lost = over;
        poll();
    }

    private void poll() {
        // Like the client of browsers: the server distinguishes nginx's second attempt at a poll from the next poll.
        String stamp = "&t=P" + Long.toString(polls++, Character.MAX_RADIX);
        CompletableFuture<HttpResponse<String>> asked = Reader.HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create(url + sid + stamp)).build(),
                HttpResponse.BodyHandlers.ofString());
        poll = asked;
        asked.whenCompleteAsync((response, failure) -> {
            if (failure != null || response.statusCode() != 200) {
                lost.run();
                return;
            }
            for (String packet : response.body().split(SEPARATOR)) {
                if (packet.startsWith("0")) {
                    sid = "&sid=" + Json.parse(packet.substring(1)).path("sid").asText();
                }
                packets.accept(packet);
            }
            if (!aborted) {
                poll();
            }
        });
    }

    @Override
    public synchronized void send(String packet) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + sid)).POST(HttpRequest.BodyPublishers.ofString(packet))
                .build();
        posting = posting.thenCompose(posted -> Reader.HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                .thenAccept(response -> {
                    if (response.statusCode() != 200) {
                        lost.run();
                    }
                }).exceptionally(failure -> {
                    lost.run();
                    return null;
                });
    }

    @Override
    public void abort() {
        aborted = true;
        if (poll != null) {
            poll.cancel(true);
        }
    }
}
