package dev.atrium.transport.http;

import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.common.util.MediaTypeHelper;

/** What {@code GET /rooms/{room}} may be, by {@code Accept}, RFC 9110 section 12.5.1. */
final class Representation {

    /** The room's page. */
    static final String PAGE = MediaType.TEXT_HTML;

    /** Whoever takes anything gets what comes first. */
    private static final List<MediaType> OFFERED = Stream.of(MediaType.APPLICATION_JSON, PAGE,
            ServerSentEvents.INSTANCE.contentType(), JsonLines.INSTANCE.contentType()).map(MediaType::valueOf).toList();

    private Representation() {
    }

    /** The media type that the client likes best; null if it likes none, says nothing, or what it says makes no sense. */
    static String best(String accept) {
        if (accept == null) {
            return null;
        }
        try {
            MediaType best = MediaTypeHelper.getBestMatch(MediaTypeHelper.parseHeader(accept), OFFERED);
            return best == null ? null : best.toString();
        } catch (IllegalArgumentException e) {
            // No media types: the resource answers that.
            return null;
        }
    }
}
