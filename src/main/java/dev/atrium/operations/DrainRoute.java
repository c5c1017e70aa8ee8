package dev.atrium.operations;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.transport.admission.Problem;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Management route {@code POST /admin/drain?sessions=N}: closes N sessions, whose clients reconnect to other replicas, to even
 * out the load after a replica was added. This replica stays ready, and some of the clients may reconnect to it.
 */
@Singleton
final class DrainRoute {

    private static final String EXPECTED = "sessions: expected the number of sessions to close, from 1 to "
            + Integer.MAX_VALUE;

    private final Drain drain;
    private final Shutdown shutdown;

    DrainRoute(Drain drain, Shutdown shutdown) {
        this.drain = drain;
        this.shutdown = shutdown;
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
            int max = sessions(context);
            if (shutdown.isDraining()) {
                throw new ErrorReply(409, "sessions: this replica is shutting down and closes all sessions");
            }
            context.response().setStatusCode(202).putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(new JsonObject().put("draining", drain.rebalance(max)).encode());
        } catch (ErrorReply error) {
            Problem.send(context, error);
        }
    }

    private static int sessions(RoutingContext context) {
        try {
            int sessions = Integer.parseInt(context.request().getParam("sessions", ""));
            if (sessions >= 1) {
                return sessions;
            }
        } catch (IllegalArgumentException e) {
            // Not a number, or a query that is not percent-encoded UTF-8.
        }
        throw ErrorReply.badRequest(EXPECTED);
    }
}
