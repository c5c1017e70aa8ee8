package dev.atrium.transport.http;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.transport.admission.Problem;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Response filter that answers errors of Jakarta REST, and of Atrium itself, on Atrium's paths with a problem document. It is
 * no exception mapper, because those of the application come first, and it would come first for the application's resources.
 */
@Singleton
public class ProblemFilter {

    private static final MediaType TYPE = MediaType.valueOf(Problem.TYPE);

    /** Route order: behind Jakarta REST, which passes a path on that it does not know. */
    private static final int LAST = Integer.MAX_VALUE - 1;

    private final Instance<ProblemMapper> problems;

    /** @param problems looked up with the first error, because filters are made before settings can be read */
    ProblemFilter(Instance<ProblemMapper> problems) {
        this.problems = problems;
    }

    void register(@Observes Router router) {
        router.route().order(LAST).handler(context -> {
            if (problems.get().isServed(context)) {
                Problem.send(context, Response.Status.NOT_FOUND.getStatusCode());
            } else {
                context.next();
            }
        });
    }

    @ServerResponseFilter
    public void replace(ContainerResponseContext answer, Throwable error, RoutingContext context) {
        if (error != null && !(error instanceof ErrorReply) && problems.get().isServed(context)) {
            Response problem = error instanceof WebApplicationException refused ? problems.get().map(refused, context)
                    : problems.get().map(ErrorReply.of(error));
            answer.setStatus(problem.getStatus());
            problem.getHeaders().forEach((name, values) -> answer.getHeaders().put(name, values));
            answer.setEntity(problem.getEntity(), null, TYPE);
        }
    }
}
