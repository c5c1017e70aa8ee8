package dev.atrium.transport.admission;

import dev.atrium.gateway.ErrorReply;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Decoder of bodies with {@code Content-Encoding: gzip} (RFC 1952), with a bound on the decoded size. Pure. */
final class Gzip {

    private Gzip() {
    }

    /**
     * Decodes a whole body. Stops at the limit: a kilobyte may decode to a megabyte.
     *
     * @param limit maximum decoded size in bytes
     * @throws ErrorReply 413 if the decoded body is larger, 400 if it is not gzip
     */
    static Buffer decode(Buffer body, long limit) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body.getBytes()))) {
            byte[] decoded = in.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE));
            if (decoded.length > limit) {
                throw Problem.bodyTooLarge();
            }
            return Buffer.buffer(decoded);
        } catch (IOException e) {
            throw ErrorReply.badRequest("body: expected gzip, as Content-Encoding says");
        }
    }
}
