package dev.atrium.transport.http;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.Problem;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns what goes wrong in a resource of Atrium's into a problem; errors of the application's own resources stay as they are. */
public class ProblemMapper {

    private final boolean wholeSite;

    ProblemMapper(HttpConfig config) {
        this.wholeSite = config.wholeSite();
    }

    /** The answer to a refusal. */
    @ServerExceptionMapper
    public Response map(ErrorReply error) {
        Response.ResponseBuilder response = Response.status(error.code()).type(Problem.TYPE).entity(Problem.of(error));
        Problem.headers(error).forEach(response::header);
        return response.build();
    }

    /** The answer to what Jakarta REST itself refuses. */
    @ServerExceptionMapper
    public Response map(WebApplicationException refused, RoutingContext context) {
        if (!wholeSite && !Admission.serves(context)) {
            return refused.getResponse();
        }
        Response.ResponseBuilder response = Response.fromResponse(refused.getResponse());
        return response.type(Problem.TYPE).entity(Problem.of(refused.getResponse().getStatus(), refused.getMessage())).build();
    }
}
