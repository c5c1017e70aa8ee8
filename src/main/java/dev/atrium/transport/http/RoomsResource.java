package dev.atrium.transport.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.Ranges;
import dev.atrium.gateway.Refusal;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** The rooms of a namespace, {@code /rooms}. */
@Path("/rooms")
public class RoomsResource {

    private static final int PAGE = 100;
    private static final int MOST = 1_000;

    private final Gateway gateway;

    RoomsResource(Gateway gateway) {
        this.gateway = gateway;
    }

    /** The rooms that have members, or of which something is kept. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "The rooms that have members, or of which something is kept",
            description = "A page has about as many as were asked for. The next one is asked for with ?cursor=; the last one "
                    + "has no next.")
    @APIResponse(responseCode = "200", content = @Content(example = "{\"rooms\": [{\"room\": \"lobby\"}], \"next\": \"1792\"}"))
    public Uni<Rooms> rooms(@QueryParam("ns") @DefaultValue("/") String ns, @QueryParam("prefix") @DefaultValue("") String prefix,
            @QueryParam("cursor") String cursor, @QueryParam("limit") String limit) {
        int most = Ranges.limit("limit", Ranges.number("limit", limit), PAGE, MOST);
        return gateway.rooms(namespace(ns), prefix, cursor, most)
                .map(page -> new Rooms(page.names().stream().map(Room::new).toList(), page.next()));
    }

    private static String namespace(String ns) {
        try {
            return RoomId.everyone(ns).namespace();
        } catch (InvalidNameException e) {
            throw Refusal.badRequest(e.getMessage());
        }
    }

    /** One page of rooms. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Rooms(List<Room> rooms, String next) {
    }

    /** One room. */
    public record Room(String room) {
    }
}
