package dev.atrium.bench.load;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Client that uploads files over the session protocol, with a window of unacknowledged chunks. Single-threaded. */
public final class FileSender implements AutoCloseable {

    private static final int WINDOW = 8;
    private static final int PATIENCE_SECONDS = 120;

    private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();
    private final WebSocket socket;
    private int seq;

    private FileSender(int port) {
        socket = HttpClient.newHttpClient().newWebSocketBuilder().subprotocols("atrium.v1")
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws"), new Listener()).join();
    }

    public static FileSender connect(int port) {
        return new FileSender(port);
    }

    /**
     * Uploads one file.
     *
     * @throws IllegalStateException if the server refuses it
     */
    public void send(String name, long size) throws InterruptedException {
        JsonObject opened = call("file.open", new JsonObject().put("room", "bench").put("name", name).put("size", size));
        int chunk = opened.getInteger("chunk");
        String file = opened.getString("file");
        byte[] bytes = new byte[chunk];
        new Random(size).nextBytes(bytes);
        long chunks = (size + chunk - 1) / chunk;
        for (long index = 0, answered = 0; answered < chunks;) {
            if (index < chunks && index - answered < WINDOW) {
                write(file, index, bytes, (int) Math.min(chunk, size - index * chunk));
                index++;
            } else {
                reply();
                answered++;
            }
        }
        call("file.close", new JsonObject().put("file", file));
    }

    private void write(String file, long index, byte[] bytes, int length) {
        byte[] line = (command("file.write", new JsonObject().put("file", file).put("index", index)) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(line.length + length);
        socket.sendBinary(frame.put(line).put(bytes, 0, length).flip(), true).join();
    }

    private JsonObject call(String cmd, JsonObject params) throws InterruptedException {
        socket.sendText(command(cmd, params), true).join();
        return reply();
    }

    private String command(String cmd, JsonObject params) {
        return new JsonObject().put("seq", ++seq).put("cmd", cmd).put("params", params).encode();
    }

    private JsonObject reply() throws InterruptedException {
        String text = replies.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (text == null) {
            throw new IllegalStateException("no reply");
        }
        JsonObject reply = new JsonObject(text);
        if (reply.getInteger("code") != 200) {
            throw new IllegalStateException(text);
        }
        return reply.getJsonObject("body");
    }

    @Override
    public void close() {
        socket.abort();
    }

    /** Collects the replies to commands and ignores pushes. */
    private final class Listener implements WebSocket.Listener {

        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                if (message.indexOf("\"code\"") >= 0) {
                    replies.add(message.toString());
                }
                message.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
