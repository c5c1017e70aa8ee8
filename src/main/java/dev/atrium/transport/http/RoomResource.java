package dev.atrium.transport.http;

import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.JsonData;
import dev.atrium.gateway.Refusal;
import dev.atrium.gateway.RoomUrl;
import dev.atrium.room.Data;
import dev.atrium.room.RoomId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jboss.resteasy.reactive.ResponseStatus;

/** A room by its URL, {@code /rooms/{room}}. */
@Path("/rooms/{room}")
public class RoomResource {

    private static final String TRANSPORT = "http";

    private final Gateway gateway;

    RoomResource(Gateway gateway) {
        this.gateway = gateway;
    }

    /**
     * Says something in the room. {@code text/plain} is a string, {@code application/json} a JSON value, and anything else
     * bytes; what {@code curl -d} sends unasked, {@code application/x-www-form-urlencoded}, is the string that was typed.
     */
    @POST
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseStatus(201)
    public Uni<Published> publish(@Context HttpServerRequest request, @QueryParam("ns") @DefaultValue("/") String ns,
            @QueryParam("event") String event, @HeaderParam(HttpHeaders.CONTENT_TYPE) String type, byte[] body) {
        // Not by @PathParam, which ends at a semicolon: the name would not be the one that a WebSocket joins.
        RoomId id = RoomUrl.room(ns, request.path());
        return gateway.publish(null, TRANSPORT, id, event, data(type, body), true)
                .map(receipt -> new Published(receipt.position().epoch(), receipt.position().offset(),
                        receipt.atMicros() / 1000));
    }

    /** A message's place in its room. */
    public record Published(String epoch, long offset, long at) {
    }

    private static Data data(String type, byte[] body) {
        if (type == null) {
            return new Data.Binary(body);
        }
        MediaType media;
        try {
            media = MediaType.valueOf(type);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("Content-Type: expected a media type");
        }
        if (media.isCompatible(MediaType.APPLICATION_JSON_TYPE) || media.getSubtype().endsWith("+json")) {
            return JsonData.parse(text(body, StandardCharsets.UTF_8));
        }
        if (media.isCompatible(MediaType.TEXT_PLAIN_TYPE) || media.isCompatible(MediaType.APPLICATION_FORM_URLENCODED_TYPE)) {
            return new Data.Text(text(body, charset(media)));
        }
        return new Data.Binary(body);
    }

    private static Charset charset(MediaType media) {
        String name = media.getParameters().getOrDefault(MediaType.CHARSET_PARAMETER, "UTF-8");
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("Content-Type: expected a known charset");
        }
    }

    private static String text(byte[] body, Charset charset) {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw Refusal.badRequest("body: expected text in " + charset.name());
        }
    }
}
