package dev.atrium.transport.http;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.security.LimitException;
import dev.atrium.transport.admission.Problem;
import dev.atrium.transport.admission.ServedPaths;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Exception mapper that answers errors of Atrium with a problem document. */
public class ProblemMapper {

    private final boolean wholeSite;

    ProblemMapper(HttpConfig config) {
        this.wholeSite = config.wholeSite();
    }

    @ServerExceptionMapper({ ErrorReply.class, LimitException.class })
    public Response map(RuntimeException failure) {
        ErrorReply error = ErrorReply.of(failure);
        Response.ResponseBuilder response = Response.status(error.code()).type(Problem.TYPE).entity(Problem.of(error));
        Problem.headers(error).forEach(response::header);
        return response.build();
    }

    /** Returns whether a path is Atrium's, and not the application's. */
    boolean isServed(RoutingContext context) {
        return wholeSite || ServedPaths.includes(context);
    }

    /** Maps an error of Jakarta REST itself. */
    Response map(WebApplicationException refused, RoutingContext context) {
        Response.ResponseBuilder response = Response.fromResponse(refused.getResponse());
        if (refused instanceof NotAllowedException) {
            response.header(HttpHeaders.ALLOW, AllowedMethods.at(context.normalizedPath()));
        }
        return response.type(Problem.TYPE).entity(Problem.of(refused.getResponse().getStatus(), refused.getMessage())).build();
    }
}
