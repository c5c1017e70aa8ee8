package dev.atrium.transport.websocket;

import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.Credentials;
import dev.atrium.transport.admission.HeaderList;
import io.quarkus.websockets.next.HandshakeRequest;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Choice of an endpoint's subprotocol (RFC 6455 section 4.2.2). Vert.x has one list, and reads one line. Any thread. */
public final class Subprotocols {

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final Predicate<String> spoken;

    private Subprotocols(Predicate<String> spoken) {
        this.spoken = spoken;
    }

    /** Subprotocols of an endpoint that speaks these. */
    static Subprotocols of(String... names) {
        return new Subprotocols(Set.of(names)::contains);
    }

    /** Subprotocols of an endpoint that confirms the first offer, whatever it is, as the reference server of Socket.IO does. */
    public static Subprotocols firstOffered() {
        return new Subprotocols(offer -> !Credentials.isCarrier(offer) && !offer.equals(Admission.TOKEN_CARRIER));
    }

    /**
     * Chooses among the offers of a request, and removes them, or Vert.x would confirm another one.
     *
     * @return the response header that confirms the choice; none if the endpoint speaks none of the offers
     */
    Map<String, List<String>> negotiate(HttpServerRequest request) {
        List<String> offers = HeaderList.of(request, HandshakeRequest.SEC_WEBSOCKET_PROTOCOL);
        request.headers().remove(HandshakeRequest.SEC_WEBSOCKET_PROTOCOL);
        // A browser fails a connection that confirms none of its offers, and cannot send its token without one.
        String fallback = offers.contains(Admission.TOKEN_CARRIER) ? Admission.TOKEN_CARRIER : null;
        String chosen = offers.stream().filter(spoken).filter(offer -> TOKEN.matcher(offer).matches()).findFirst()
                .orElse(fallback);
        return chosen == null ? Map.of() : Map.of(HandshakeRequest.SEC_WEBSOCKET_PROTOCOL, List.of(chosen));
    }
}
