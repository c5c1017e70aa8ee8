package dev.atrium.transport.http;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.JsonAnswer;
import dev.atrium.gateway.PathSegment;
import dev.atrium.gateway.Revocation;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.http.AcceptFilter.JsonOnly;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Jakarta REST resource of a user's sessions, {@code /users/{user}/sessions}. */
@NonBlocking
@PermitAll
@Path("/users/{user}/sessions")
@JsonOnly
public class UserResource {

    private final Gateway gateway;
    private final Revocation revocation;

    UserResource(Gateway gateway, Revocation revocation) {
        this.gateway = gateway;
        this.revocation = revocation;
    }

    /** Number of closed sessions. */
    public record Ended(int ended) implements JsonAnswer {
    }

    /** Closes all sessions of a user, on every replica. The user's tokens stay valid until they expire. */
    @DELETE
    @Produces(MediaType.APPLICATION_JSON)
    @Parameter(name = "user", in = ParameterIn.PATH, required = true, example = "ann", schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "ns", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Operation(summary = "Ends all sessions of a user on every replica", description = "The sessions end with close code 4401. Without ?ns= they end in all namespaces, which requires admin on /* *.")
    @APIResponse(responseCode = "200", content = @Content(example = "{\"ended\": 2}"))
    @APIResponse(responseCode = "503", description = "A replica has not answered; the client may repeat the request")
    public Uni<Ended> revoke(@Context RoutingContext context) {
        String user = PathSegment.last("user", PathSegment.parent(context.normalizedPath()));
        return gateway.execute(Admission.requester(context),
                new Command.Revoke(revocation, RequestUrl.namespace(context, null), user)).map(Ended::new);
    }
}
