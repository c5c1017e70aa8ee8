package dev.atrium.operations;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.setting.Require;
import dev.atrium.transport.admission.Credentials;
import dev.atrium.transport.admission.Problem;
import dev.atrium.transport.admission.Query;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Management route {@code POST /admin/drain?sessions=N}: closes N sessions, whose clients reconnect to other replicas, to even
 * out the load after a replica was added. This replica stays ready, and some of the clients may reconnect to it. It requires a
 * key, or without one a request from the loopback address: whatever collects the metrics can reach the management port, too.
 */
@Singleton
final class DrainRoute {

    private static final String EXPECTED = "sessions: expected the number of sessions to close, from 1 to " + Integer.MAX_VALUE;

    private static final String SETTING = "atrium.drain.key";
    private static final int MIN_KEY_LENGTH = 16;
    private static final Pattern LOOPBACK = Pattern.compile("127\\.[0-9.]+|::1|0:0:0:0:0:0:0:1(%.+)?");
    private static final List<String> OF_OTHERS = List.of("Origin", "Forwarded", "X-Forwarded-For");

    private final Drain drain;
    private final Shutdown shutdown;
    private final Optional<byte[]> key;

    /** @throws io.quarkus.runtime.configuration.ConfigurationException naming the invalid setting */
    DrainRoute(Drain drain, Shutdown shutdown, DrainConfig config) {
        this.drain = drain;
        this.shutdown = shutdown;
        config.key().ifPresent(
                text -> Require.that(text.length() >= MIN_KEY_LENGTH, SETTING, "at least " + MIN_KEY_LENGTH + " characters"));
        key = config.key().map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    void register(@Observes ManagementInterface management) {
        management.router().route("/admin/drain").handler(this::handle);
    }

    private void handle(RoutingContext context) {
        try {
            if (context.request().method() != HttpMethod.POST) {
                context.response().putHeader(HttpHeaders.ALLOW, "POST");
                throw new ErrorReply(405, "this path supports only POST");
            }
            authenticate(context.request());
            int max = sessions(context);
            if (shutdown.isDraining()) {
                throw new ErrorReply(409, "sessions: this replica is shutting down and closes all sessions");
            }
            context.response().setStatusCode(202).putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end("{\"draining\":" + drain.rebalance(max) + "}");
        } catch (ErrorReply error) {
            Problem.send(context, error);
        }
    }

    private void authenticate(HttpServerRequest request) {
        if (key.isEmpty()) {
            if (!isLocal(request.connection().remoteAddress().hostAddress(), request.headers())) {
                throw new ErrorReply(403, "without " + SETTING + " this path is for the replica's own machine or pod alone");
            }
            return;
        }
        String token = Credentials.bearer(request.getHeader(HttpHeaders.AUTHORIZATION));
        if (token == null || !MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), key.get())) {
            throw new ErrorReply(401, "Authorization: expected \"Bearer\" and the key of " + SETTING);
        }
    }

    /**
     * Whether the request comes from this machine or pod. A proxy there would make every request local, and a page that is open
     * in a browser there can post to this port, too; both add a header.
     */
    static boolean isLocal(String address, MultiMap headers) {
        return address != null && LOOPBACK.matcher(address).matches() && OF_OTHERS.stream().noneMatch(headers::contains);
    }

    private static int sessions(RoutingContext context) {
        try {
            int sessions = Integer.parseInt(Query.parameter(context.request(), "sessions", ""));
            if (sessions >= 1) {
                return sessions;
            }
        } catch (NumberFormatException e) {
            // Not a number.
        }
        throw ErrorReply.badRequest(EXPECTED);
    }
}
