package dev.atrium.transport.http;

import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.common.util.MediaTypeHelper;

/** Content negotiation of {@code GET /rooms/{room}} by {@code Accept} (RFC 9110 section 12.5.1). */
final class Representation {

    /** The room's page. */
    static final String PAGE = MediaType.TEXT_HTML;

    /** In order of preference: a client that accepts anything gets the first. */
    private static final List<MediaType> OFFERED = Stream.of(MediaType.APPLICATION_JSON, PAGE,
            ServerSentEvents.INSTANCE.contentType(), JsonLines.INSTANCE.contentType()).map(MediaType::valueOf).toList();

    private Representation() {
    }

    /** Returns the media type that the client prefers; null if none matches, or the header is absent or invalid. */
    static String best(String accept) {
        if (accept == null) {
            return null;
        }
        try {
            MediaType best = MediaTypeHelper.getBestMatch(MediaTypeHelper.parseHeader(accept), OFFERED);
            return best == null ? null : best.toString();
        } catch (IllegalArgumentException e) {
            // The header is invalid: the resource rejects it.
            return null;
        }
    }
}
