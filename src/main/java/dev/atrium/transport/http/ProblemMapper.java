package dev.atrium.transport.http;

import dev.atrium.gateway.Refusal;
import dev.atrium.transport.admission.Problem;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns what goes wrong in a resource into a problem. */
public class ProblemMapper {

    @ServerExceptionMapper
    Response map(Refusal refusal) {
        Response.ResponseBuilder response = Response.status(refusal.code()).type(Problem.TYPE).entity(Problem.of(refusal));
        Problem.headers(refusal).forEach(response::header);
        return response.build();
    }

    @ServerExceptionMapper
    Response map(WebApplicationException refused) {
        Response.ResponseBuilder response = Response.fromResponse(refused.getResponse());
        return response.type(Problem.TYPE).entity(Problem.of(refused.getResponse().getStatus(), refused.getMessage())).build();
    }
}
