package dev.atrium.transport.admission;

import dev.atrium.gateway.ErrorReply;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/**
 * Decoder of one body with {@code Content-Encoding: gzip} (RFC 1952), with a bound on the decoded size. It decodes part by
 * part, so that an event loop does not decode a large body at once. By one thread after another.
 */
final class Gzip {

    /** Decoded bytes of one part; they take some tenths of a millisecond. */
    static final int PART = 65_536;

    private final byte[] encoded;
    private final long limit;
    private final Buffer decoded = Buffer.buffer();
    private GZIPInputStream in;

    /** @param limit maximum decoded size in bytes: a kilobyte may decode to a megabyte */
    Gzip(Buffer body, long limit) {
        this.encoded = body.getBytes();
        this.limit = limit;
    }

    /**
     * Decodes the next part.
     *
     * @return whether it was the last one
     * @throws ErrorReply 413 if the decoded body is larger than the limit, 400 if it is not gzip
     */
    boolean decodePart() {
        try {
            if (in == null) {
                in = new GZIPInputStream(new ByteArrayInputStream(encoded));
            }
            byte[] part = in.readNBytes((int) Math.min(PART, limit + 1 - decoded.length()));
            decoded.appendBytes(part);
            if (decoded.length() > limit) {
                throw Problem.tooLarge(413);
            }
            return part.length < PART;
        } catch (IOException e) {
            throw ErrorReply.badRequest("body: expected gzip, as Content-Encoding says");
        }
    }

    /** Decodes all other parts, and returns the body. Throws as {@link #decodePart()} does. */
    Buffer decodeRest() {
        while (!decodePart()) {
            // The limit bounds the parts.
        }
        return decoded;
    }

    Buffer decoded() {
        return decoded;
    }
}
