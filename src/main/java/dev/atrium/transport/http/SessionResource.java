package dev.atrium.transport.http;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.transport.admission.Admission;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Jakarta REST resource of a session, {@code /sessions/{id}}. */
@Path("/sessions/{id}")
public class SessionResource {

    private final Gateway gateway;

    SessionResource(Gateway gateway) {
        this.gateway = gateway;
    }

    /** Closes a session, on any replica. */
    @DELETE
    @Operation(summary = "Ends a session on any replica")
    @APIResponse(responseCode = "204", description = "The session has ended with close code 1008")
    @APIResponse(responseCode = "404", description = "The session does not exist")
    public Uni<Void> disconnect(@PathParam("id") String id, @QueryParam("ns") @DefaultValue("/") String ns,
            @Context RoutingContext context) {
        return gateway.execute(Admission.requester(context),
                new Command.Disconnect(RoomsResource.namespace(ns), id)).map(ended -> {
                    if (!ended) {
                        throw new ErrorReply(404, "id: there is no such session in this namespace");
                    }
                    return null;
                });
    }
}
