package com.example;

import dev.atrium.application.Rooms;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.List;

/** A REST resource of the application's own, which publishes into a room and lists the messages received from it. */
@Path("/news")
public class NewsResource {

    private final Rooms rooms;
    private final Newsroom newsroom;

    NewsResource(Rooms rooms, Newsroom newsroom) {
        this.rooms = rooms;
        this.newsroom = newsroom;
    }

    @POST
    @Path("{room}")
    public Uni<Long> publish(@PathParam("room") String room, String text) {
        return rooms.publish(room, text).map(published -> published.position().offset());
    }

    @GET
    public List<String> received() {
        return newsroom.received();
    }

    @GET
    @Path("count")
    public Count count() {
        return new Count(newsroom.received().size());
    }

    /** An answer as the application's mapper writes it. */
    public record Count(int newsCount) {
    }
}
