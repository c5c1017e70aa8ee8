package dev.atrium.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;

/** Client that uploads files over the session protocol, chunk by chunk, and downloads them over HTTP. */
final class FileClient {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final SessionClient session;
    private final AtomicInteger seqs = new AtomicInteger(10_000);

    FileClient(SessionClient session) {
        this.session = session;
    }

    /** Opens an upload with its digest, and returns the body of the reply. */
    JsonNode open(String room, String name, String type, byte[] bytes) {
        return session.call("file.open", "{\"room\":\"" + room + "\",\"name\":\"" + name + "\",\"size\":" + bytes.length
                + ",\"type\":\"" + type + "\",\"sha256\":\"" + sha256(bytes) + "\"}").path("body");
    }

    /** Sends one chunk and returns the whole reply. */
    JsonNode write(JsonNode opened, int index, byte[] bytes) {
        return session.reply(begin(opened.path("file").asText(), index, chunk(opened, index, bytes)));
    }

    /** Sends bytes as a chunk without waiting for the reply, and returns its seq. */
    int begin(String file, int index, byte[] chunk) {
        int seq = seqs.incrementAndGet();
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(("{\"seq\":" + seq + ",\"cmd\":\"file.write\",\"params\":{\"file\":\"" + file + "\",\"index\":" + index
                + "}}\n").getBytes(StandardCharsets.UTF_8));
        frame.writeBytes(chunk);
        session.binary(frame.toByteArray());
        return seq;
    }

    /** Sends the missing chunks, and returns the whole reply to {@code file.close}. */
    JsonNode finish(JsonNode opened, byte[] bytes) {
        for (JsonNode range : opened.path("missing")) {
            for (int index = range.get(0).asInt(); index <= range.get(1).asInt(); index++) {
                write(opened, index, bytes);
            }
        }
        return close(opened);
    }

    JsonNode close(JsonNode opened) {
        return session.call("file.close", "{\"file\":\"" + opened.path("file").asText() + "\"}");
    }

    JsonNode status(JsonNode opened) {
        return session.call("file.status", "{\"file\":\"" + opened.path("file").asText() + "\"}");
    }

    /** Uploads a file, and returns the body of the last reply. */
    JsonNode upload(String room, String name, String type, byte[] bytes) {
        return finish(open(room, name, type, bytes), bytes).path("body");
    }

    /** Sends a request. {@code headers} are alternating names and values. */
    static HttpResponse<byte[]> get(String method, String url, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).method(method,
                HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray()).join();
    }

    static byte[] chunk(JsonNode opened, int index, byte[] bytes) {
        int size = opened.path("chunk").asInt();
        return Arrays.copyOfRange(bytes, index * size, Math.min(bytes.length, (index + 1) * size));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
