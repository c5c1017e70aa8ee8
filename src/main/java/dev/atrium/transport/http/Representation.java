package dev.atrium.transport.http;

import dev.atrium.transport.admission.HeaderList;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.Comparator;
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

    /** Returns the media type that a client prefers, as {@link #best(String)}. */
    static String best(HttpServerRequest request) {
        return best(String.join(",", HeaderList.of(request, HttpHeaders.ACCEPT)));
    }

    /** Returns the media type that the client prefers; null if none matches, or the header is absent or invalid. */
    static String best(String accept) {
        List<MediaType> ranges = parsed(accept);
        List<MediaType> acceptable = OFFERED.stream().filter(offered -> isAcceptable(offered, ranges)).toList();
        if (acceptable.isEmpty()) {
            return null;
        }
        // Without those of quality 0, which the match below takes for the least preferred.
        MediaType best = MediaTypeHelper.getBestMatch(
                new ArrayList<>(ranges.stream().filter(range -> quality(range) > 0).toList()), acceptable);
        return best == null ? null : best.toString();
    }

    /** Returns whether the header is valid, and JSON is not acceptable. */
    static boolean excludesJson(String accept) {
        List<MediaType> ranges = parsed(accept);
        return !ranges.isEmpty() && !isAcceptable(MediaType.APPLICATION_JSON_TYPE, ranges);
    }

    private static boolean isAcceptable(MediaType offered, List<MediaType> ranges) {
        return ranges.stream().filter(range -> range.isCompatible(offered))
                .max(Comparator.comparingInt(Representation::specificity)).filter(range -> quality(range) > 0).isPresent();
    }

    private static int specificity(MediaType range) {
        return range.isWildcardType() ? 0 : range.isWildcardSubtype() ? 1 : 2;
    }

    private static double quality(MediaType range) {
        String quality = range.getParameters().get("q");
        return quality == null ? 1 : Double.parseDouble(quality);
    }

    /** Returns the media ranges; none if the header is absent or invalid: the resource rejects an invalid one. */
    private static List<MediaType> parsed(String accept) {
        if (accept == null || accept.isEmpty()) {
            return List.of();
        }
        try {
            List<MediaType> ranges = MediaTypeHelper.parseHeader(accept);
            return ranges.stream().map(Representation::quality).allMatch(quality -> quality >= 0 && quality <= 1) ? ranges
                    : List.of();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // The parser takes the positions of ; and / for granted.
            return List.of();
        }
    }
}
