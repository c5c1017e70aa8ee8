package dev.atrium.transport.http;

import dev.atrium.gateway.Refusal;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * An error as {@code application/problem+json}, RFC 9457.
 *
 * @param status the HTTP status
 * @param title its name
 * @param detail what was wrong with this request
 */
public record Problem(int status, String title, String detail) {

    private static final String TYPE = "application/problem+json";

    private static final Map<Integer, String> DETAILS = Map.of(
            404, "there is nothing at this path",
            405, "this path does not know this method",
            406, "Accept: expected a type that this path can give",
            413, "body: larger than this server takes",
            415, "Content-Type: expected a media type that this path can take");

    static Problem of(Refusal refusal) {
        return new Problem(refusal.code(), title(refusal.code()), refusal.getMessage());
    }

    /** Answers a request that is not for a resource of Jakarta REST's. */
    static void send(RoutingContext context, Refusal refusal) {
        Problem problem = of(refusal);
        if (refusal.code() == 503) {
            context.response().putHeader("Retry-After", "1");
        }
        send(context, problem);
    }

    /** Answers what the server itself has refused. */
    static void send(RoutingContext context, int status) {
        send(context, new Problem(status, title(status), DETAILS.getOrDefault(status, title(status))));
    }

    private static void send(RoutingContext context, Problem problem) {
        if (!context.response().headWritten()) {
            context.response().setStatusCode(problem.status).putHeader("Content-Type", TYPE)
                    .end(JsonObject.mapFrom(problem).encode());
        }
    }

    private static String title(int status) {
        Response.Status known = Response.Status.fromStatusCode(status);
        return known == null ? "Refused" : known.getReasonPhrase();
    }

    /** Turns what goes wrong in a resource into a problem. */
    public static class Mapper {

        @ServerExceptionMapper
        Response map(Refusal refusal) {
            Response.ResponseBuilder response = Response.status(refusal.code()).type(TYPE).entity(of(refusal));
            if (refusal.code() == 503) {
                response.header("Retry-After", 1);
            }
            return response.build();
        }

        @ServerExceptionMapper
        Response map(WebApplicationException refused) {
            Response.ResponseBuilder response = Response.fromResponse(refused.getResponse());
            int status = refused.getResponse().getStatus();
            return response.type(TYPE)
                    .entity(new Problem(status, title(status), DETAILS.getOrDefault(status, refused.getMessage()))).build();
        }
    }
}
