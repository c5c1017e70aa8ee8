package dev.atrium.transport.http;

import dev.atrium.gateway.Gateway;
import dev.atrium.ice.IceCommand;
import dev.atrium.ice.IceServers;
import dev.atrium.room.RoomId;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.http.AcceptFilter.JsonOnly;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestResponse;

/** Jakarta REST resource of the ICE servers, {@code /rtc/ice}. */
@NonBlocking
@PermitAll
@Path("/rtc/ice")
@JsonOnly
public class IceResource {

    private final Gateway gateway;
    private final IceServers servers;

    IceResource(Gateway gateway, IceServers servers) {
        this.gateway = gateway;
        this.servers = servers;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Parameter(name = "ns", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING, defaultValue = "/"))
    @Operation(summary = "Returns STUN and TURN servers for WebRTC, with credentials that expire", description = "The configuration of an RTCPeerConnection. The credentials are valid for ttl seconds.")
    @APIResponse(responseCode = "200", content = @Content(example = "{\"iceServers\": [{\"urls\": [\"stun:stun.example.com\"]}, "
            + "{\"urls\": [\"turn:turn.example.com\"], \"username\": \"1795251600:ann\", \"credential\": \"n8Xo…\"}], \"ttl\": 3600}"))
    @APIResponse(responseCode = "401", description = "A token is required, and there is none or an invalid one")
    public Uni<RestResponse<IceServers.Answer>> servers(@Context RoutingContext context) {
        String namespace = RequestUrl.namespace(context, RoomId.DEFAULT_NAMESPACE);
        return gateway.execute(Admission.requester(context), new IceCommand(servers, namespace))
                .map(answer -> RestResponse.ResponseBuilder.ok(answer).header(HttpHeaders.CACHE_CONTROL, "no-store").build());
    }
}
