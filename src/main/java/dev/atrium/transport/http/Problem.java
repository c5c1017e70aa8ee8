package dev.atrium.transport.http;

import dev.atrium.gateway.Refusal;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * An error as {@code application/problem+json}, RFC 9457.
 *
 * @param status the HTTP status
 * @param title its name
 * @param detail what was wrong with this request
 */
public record Problem(int status, String title, String detail) {

    /** Turns what goes wrong in a resource into a problem. */
    public static class Mapper {

        @ServerExceptionMapper
        Response map(Refusal refusal) {
            Response.Status status = Response.Status.fromStatusCode(refusal.code());
            Problem problem = new Problem(refusal.code(), status == null ? "Refused" : status.getReasonPhrase(),
                    refusal.getMessage());
            Response.ResponseBuilder response = Response.status(refusal.code()).type("application/problem+json").entity(problem);
            if (refusal.code() == 503) {
                response.header("Retry-After", 1);
            }
            return response.build();
        }
    }
}
