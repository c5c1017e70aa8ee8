package dev.atrium.transport.http;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.PathSegment;
import dev.atrium.room.RoomId;
import dev.atrium.transport.admission.Admission;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Jakarta REST resource of a session, {@code /sessions/{id}}. */
@NonBlocking
@PermitAll
@Path("/sessions/{id}")
public class SessionResource {

    private final Gateway gateway;

    SessionResource(Gateway gateway) {
        this.gateway = gateway;
    }

    @DELETE
    @Parameter(name = "id", in = ParameterIn.PATH, required = true, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "ns", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING, defaultValue = "/"))
    @Operation(summary = "Ends a session on any replica")
    @APIResponse(responseCode = "204", description = "The session has ended with close code 1008")
    @APIResponse(responseCode = "404", description = "The session does not exist")
    public Uni<Void> disconnect(@Context RoutingContext context) {
        String id = PathSegment.last("id", context.normalizedPath());
        String namespace = RequestUrl.namespace(context, RoomId.DEFAULT_NAMESPACE);
        return gateway.execute(Admission.requester(context), new Command.Disconnect(namespace, id)).map(ended -> {
            if (!ended) {
                throw new ErrorReply(404, "id: there is no such session in this namespace");
            }
            return null;
        });
    }
}
