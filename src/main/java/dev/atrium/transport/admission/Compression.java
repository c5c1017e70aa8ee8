package dev.atrium.transport.admission;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Compression of whole response bodies with gzip, for clients that accept it (RFC 9110 section 12.5.3). The framework's own
 * adds a handler to each connection, also to those that become WebSockets. Streams are not compressed.
 */
public final class Compression {

    /** Bytes of the smallest body that is compressed, as in the reference implementation of Engine.IO. */
    private static final int MIN_SIZE = 1_024;

    /** Bytes of the largest body that is compressed on the event loop, in about a millisecond. */
    private static final int MAX_ON_EVENT_LOOP = 65_536;

    private static final String GZIP = "gzip";

    private Compression() {
    }

    /**
     * Sets the headers of a response, and encodes its body.
     *
     * @param loop executor of the request's event loop, on which the {@code Uni} completes
     */
    public static Uni<Buffer> encode(HttpServerRequest request, Buffer body, Executor loop) {
        request.response().putHeader(HttpHeaders.VARY, "Accept-Encoding");
        if (body.length() < MIN_SIZE || !accepts(request.getHeader(HttpHeaders.ACCEPT_ENCODING))) {
            return Uni.createFrom().item(body);
        }
        request.response().putHeader(HttpHeaders.CONTENT_ENCODING, GZIP);
        Uni<Buffer> compressed = Uni.createFrom().item(() -> compress(body));
        return body.length() <= MAX_ON_EVENT_LOOP ? compressed
                : compressed.runSubscriptionOn(Infrastructure.getDefaultWorkerPool()).emitOn(loop);
    }

    /** @param accepted {@code Accept-Encoding}, or null */
    static boolean accepts(String accepted) {
        boolean any = false;
        for (String entry : accepted == null ? new String[0] : accepted.split(",")) {
            String[] parts = entry.split(";", -1);
            String coding = parts[0].strip();
            boolean allowed = parts.length < 2 || !parts[1].strip().matches("(?i)q=0(\\.0*)?");
            if (coding.equalsIgnoreCase(GZIP) || coding.equalsIgnoreCase("x-gzip")) {
                return allowed;
            }
            any |= coding.equals("*") && allowed;
        }
        return any;
    }

    private static Buffer compress(Buffer body) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length() / 4);
        try (GZIPOutputStream out = new GZIPOutputStream(compressed) {
            {
                def.setLevel(Deflater.BEST_SPEED);
            }
        }) {
            out.write(body.getBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(compressed.toByteArray());
    }
}
