package dev.atrium.transport.http;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.security.LimitException;
import dev.atrium.transport.admission.Problem;
import dev.atrium.transport.admission.ServedPaths;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Answers errors of requests with a problem document: Atrium's own as an exception mapper, and on Atrium's paths any other as a
 * response filter. A mapper of those would be called in place of the application's mappers for the application's resources.
 */
@Singleton
public class ProblemFilter {

    private static final MediaType TYPE = MediaType.valueOf(Problem.TYPE);

    /** Route order: behind Jakarta REST, which passes a path on that it does not know. */
    private static final int LAST = Integer.MAX_VALUE - 1;

    private final Instance<HttpConfig> config;

    /** @param config looked up with the first error, because filters are made before settings can be read */
    ProblemFilter(Instance<HttpConfig> config) {
        this.config = config;
    }

    void register(@Observes Router router) {
        router.route().order(LAST).handler(context -> {
            if (isServed(context)) {
                Problem.send(context, Response.Status.NOT_FOUND.getStatusCode());
            } else {
                context.next();
            }
        });
    }

    @ServerExceptionMapper({ ErrorReply.class, LimitException.class })
    public Response map(RuntimeException failure) {
        ErrorReply error = ErrorReply.of(failure);
        Response.ResponseBuilder response = Response.status(error.code()).type(Problem.TYPE).entity(Problem.of(error));
        Problem.headers(error).forEach(response::header);
        return response.build();
    }

    @ServerResponseFilter
    public void replace(ContainerResponseContext answer, Throwable error, RoutingContext context) {
        if (context.request().method() == HttpMethod.OPTIONS) {
            // Jakarta REST names the methods of all paths of the resource's class.
            Optional.ofNullable(AllowedMethods.at(context.normalizedPath()))
                    .ifPresent(methods -> answer.getHeaders().putSingle(HttpHeaders.ALLOW, methods));
        }
        boolean isMapped = error instanceof ErrorReply || error instanceof LimitException;
        if (error != null && !isMapped && isServed(context)) {
            Response problem = error instanceof WebApplicationException refused ? map(refused, context)
                    : map(ErrorReply.of(error));
            answer.setStatus(problem.getStatus());
            problem.getHeaders().forEach((name, values) -> answer.getHeaders().put(name, values));
            answer.setEntity(problem.getEntity(), null, TYPE);
        }
    }

    /** Maps an error of Jakarta REST itself. */
    private static Response map(WebApplicationException refused, RoutingContext context) {
        Response.ResponseBuilder response = Response.fromResponse(refused.getResponse());
        if (refused instanceof NotAllowedException) {
            response.header(HttpHeaders.ALLOW, AllowedMethods.at(context.normalizedPath()));
        }
        return response.type(Problem.TYPE).entity(Problem.of(refused.getResponse().getStatus(), refused.getMessage())).build();
    }

    /** Returns whether a path is Atrium's, and not the application's. */
    private boolean isServed(RoutingContext context) {
        return config.get().wholeSite() || ServedPaths.includes(context);
    }
}
