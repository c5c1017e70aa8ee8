package dev.atrium.transport.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.atrium.gateway.Command;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.JsonAnswer;
import dev.atrium.gateway.MemberPage;
import dev.atrium.gateway.PublicationRules;
import dev.atrium.gateway.Ranges;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Presence;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.session.HttpRequester;
import dev.atrium.session.RequestLoop;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.BodyReader;
import dev.atrium.transport.admission.Compression;
import dev.atrium.transport.admission.Query;
import dev.atrium.transport.admission.UnreadResponses;
import dev.atrium.transport.http.AcceptFilter.JsonOnly;
import io.netty.channel.EventLoop;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestResponse;

/** Jakarta REST resource of rooms. It is one class: a second one for {@code /rooms} would turn each 405 into a 404. */
@NonBlocking
@PermitAll
@Path("/rooms")
@JsonOnly
public class RoomsResource {

    /** Maximum duration of a long poll, in seconds: proxies time out after a minute. */
    private static final long MAX_SECONDS = 55;

    /** Default number of rooms per page. */
    private static final int ROOMS = 100;
    private static final int MAX_ROOMS = 1_000;

    private final Gateway gateway;
    private final ClientLimits limits;
    private final ConnectionLimiter connections;
    private final LongPolls longPolls;
    private final BodyReader bodies;
    private final UnreadResponses responses;

    RoomsResource(Gateway gateway, ClientLimits limits, ConnectionLimiter connections, LongPolls longPolls, BodyReader bodies,
            UnreadResponses responses) {
        this.gateway = gateway;
        this.limits = limits;
        this.connections = connections;
        this.longPolls = longPolls;
        this.bodies = bodies;
        this.responses = responses;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Parameter(name = "ns", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING, defaultValue = "/"))
    @Parameter(name = "prefix", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "limit", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "connect", in = ParameterIn.QUERY, description = "503 if this replica accepts no new connections at present", schema = @Schema(type = SchemaType.BOOLEAN))
    @Operation(summary = "Lists the rooms that have members or a history", description = "A page has about limit rooms. Its next is the cursor of the next page; the last page "
            + "has no next.")
    @APIResponse(responseCode = "200", content = @Content(example = "{\"rooms\": [{\"room\": \"lobby\"}], \"next\": \"1792\", \"maxPayload\": 1048576}"))
    @APIResponse(responseCode = "503", description = "With ?connect=true: this replica accepts no new connections at present")
    public Uni<RoomList> rooms(@Context RoutingContext context) {
        String namespace = RequestUrl.namespace(context, RoomId.DEFAULT_NAMESPACE);
        String prefix = Query.parameter(context.request(), "prefix", "");
        int most = Ranges.limit("limit", number(context, "limit"), ROOMS, MAX_ROOMS);
        Command.ListRooms command = new Command.ListRooms(namespace, prefix,
                Query.parameter(context.request(), "cursor"), most);
        if (Query.flag(context.request(), "connect", false)) {
            // Before permissions: a client without a token asks, too.
            connections.requireAccepting();
        }
        return list(context, most, command)
                .map(page -> new RoomList(page.names().stream().map(RoomList.Entry::new).toList(), page.next(),
                        bodies.limit()));
    }

    /**
     * Publishes a message to the room. {@code text/plain} is a string, {@code application/json} a JSON value, and any other
     * type bytes. {@code application/x-www-form-urlencoded}, the default of {@code curl -d}, is the string as it was typed.
     */
    @POST
    @Path("/{room}")
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @Parameter(name = "room", in = ParameterIn.PATH, required = true, example = "lobby", schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "ns", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING, defaultValue = "/"))
    @Parameter(name = "event", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING, defaultValue = "message"))
    @Parameter(name = "volatile", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.BOOLEAN))
    @Parameter(name = "to", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "Idempotency-Key", in = ParameterIn.HEADER, schema = @Schema(type = SchemaType.STRING))
    @Operation(summary = "Publishes a message to the room", description = "?volatile publishes a message for the members that are connected and not slow, without a stream position and without history; with ?to= and the id of a session for that member alone.")
    @RequestBody(content = {
            @Content(mediaType = "text/plain", example = "hello"),
            @Content(mediaType = "application/json", example = "{\"text\": \"hello\"}"),
            @Content(mediaType = "application/octet-stream")
    })
    @APIResponse(responseCode = "201", description = "The message is published; the body is its stream position", content = @Content(example = "{\"epoch\": \"kJ3vQ0aZ\", \"offset\": 42, \"at\": 1795251600000}"))
    @APIResponse(responseCode = "202", description = "The volatile message is published")
    @APIResponse(responseCode = "400", description = "A field is invalid; the detail names it and what was expected", content = @Content(mediaType = "application/problem+json", example = "{\"status\": 400, \"title\": \"Bad Request\", \"detail\": \"body: not JSON\"}"))
    @APIResponse(responseCode = "503", description = "The service cannot publish now; the client may retry after Retry-After seconds")
    public Uni<RestResponse<Published>> publish(@Context RoutingContext context, @HeaderParam("traceparent") String traceparent,
            @Parameter(hidden = true) @HeaderParam(HttpHeaders.CONTENT_TYPE) String type) {
        RoomId id = RequestUrl.room(context);
        // Not @HeaderParam, nor anywhere @QueryParam, which take an empty value for none: a message for one session would reach
        // all.
        String event = Query.parameter(context.request(), "event");
        String to = Query.parameter(context.request(), "to");
        // Of two lines it is a list (RFC 9110 section 5.3), which is no key.
        List<String> keys = context.request().headers().getAll("Idempotency-Key");
        String idempotency = keys.isEmpty() ? null : String.join(", ", keys);
        boolean withoutPosition = Query.flag(context.request(), "volatile", false);
        if (withoutPosition && idempotency != null) {
            throw ErrorReply.badRequest("Idempotency-Key: expected none for a volatile message");
        }
        if (to != null && !withoutPosition) {
            throw ErrorReply.badRequest("to: expected none, because the message is not volatile");
        }
        PublicationRules.requireIdempotencyKey("Idempotency-Key", idempotency);
        HttpRequester client = Admission.requester(context);
        gateway.requirePublish(client, id);
        return bodies.read(context).map(body -> {
            gateway.chargeBytes(client, body.length());
            return PostedData.read(type, body.getBytes());
        }).chain(data -> withoutPosition
                ? execute(context, new Command.PublishVolatile(id, event, data, true, to)).map(done -> RestResponse.accepted())
                : execute(context, new Command.Publish(id, event, data, true, idempotency, traceparent))
                        .map(result -> RestResponse.status(RestResponse.Status.CREATED, Published.of(result))));
    }

    /** Returns the state of the room. {@link StreamRoutes} serves streams of its messages. */
    @GET
    @Path("/{room}")
    @Produces(MediaType.APPLICATION_JSON)
    @Parameter(name = "room", in = ParameterIn.PATH, required = true, example = "lobby", schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "ns", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING, defaultValue = "/"))
    @Parameter(name = "as", in = ParameterIn.QUERY, description = "iframe", schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "after", in = ParameterIn.QUERY, example = "kJ3vQ0aZ:41", schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "Last-Event-ID", in = ParameterIn.HEADER, example = "kJ3vQ0aZ:41", schema = @Schema(type = SchemaType.STRING))
    @Operation(summary = "Returns the state of the room or a stream of its messages; Accept selects which", description = "text/event-stream and application/x-ndjson are endless streams of the messages, from now on or "
            + "after Last-Event-ID or ?after=. ?as=iframe is an endless page for browsers that support neither.")
    @APIResponse(responseCode = "200", content = {
            @Content(mediaType = "application/json", example = "{\"room\": \"lobby\", \"members\": 3, \"epoch\": \"kJ3vQ0aZ\", \"offset\": 42}"),
            @Content(mediaType = "text/event-stream", example = "id: kJ3vQ0aZ:42\ndata: {\"event\":\"message\",\"room\":\"lobby\",\"data\":\"hello\"}\n\n"),
            @Content(mediaType = "application/x-ndjson", example = "{\"event\":\"message\",\"room\":\"lobby\",\"data\":\"hello\",\"offset\":42}\n")
    })
    public Uni<State> state(@Context RoutingContext context) {
        RoomId room = RequestUrl.room(context);
        bodies.discard(context);
        return execute(context, new Command.ReadState(readable(room))).map(state -> new State(room.name(),
                state.members(), state.head().epoch(), state.head().offset()));
    }

    @GET
    @Path("/{room}/messages")
    @Produces(MediaType.APPLICATION_JSON)
    @Parameter(name = "room", in = ParameterIn.PATH, required = true, example = "lobby", schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "ns", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING, defaultValue = "/"))
    @Parameter(name = "after", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "before", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "limit", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "wait", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Operation(summary = "Lists messages of the room: the newest, the messages after a stream position, or the messages before an offset", description = "?wait= makes the request a long poll: it is answered when a message arrives, or after so many seconds without one.")
    @APIResponse(responseCode = "200", content = @Content(example = "{\"room\": \"lobby\", \"epoch\": \"kJ3vQ0aZ\", "
            + "\"offset\": 42, \"recovered\": true, \"messages\": [{\"event\": \"message\", \"room\": \"lobby\", "
            + "\"data\": \"hello\", \"at\": 1795251600000, \"epoch\": \"kJ3vQ0aZ\", \"offset\": 42}]}"))
    public Uni<byte[]> messages(@Context RoutingContext context) {
        RoomId room = readable(RequestUrl.parentRoom(context));
        StreamPosition since = StreamPositionCodec.parse("after", Query.parameter(context.request(), "after"));
        Long offset = since == null ? null : since.offset();
        Long before = number(context, "before");
        HistoryQuery query = Ranges.history("", offset, before, number(context, "limit"));
        long seconds = seconds(number(context, "wait"));
        EventLoop eventLoop = RequestLoop.current();
        HttpRequester client = Admission.requester(context);
        bodies.discard(context);
        return responses.roomForPage(context).chain(() -> gateway.execute(client, new Command.ReadHistory(room, query)))
                .chain(history -> {
                    if (isOfAnotherEpoch(since, history.head(), before)) {
                        // What the room's epoch does not share with that of the client is new to the client.
                        long shared = Math.max(0, since.sharedWith(history.head().epoch()));
                        HistoryQuery rest = new HistoryQuery(shared, query.before(), query.limit());
                        return gateway.execute(client, new Command.ReadHistory(room, rest)).map(found -> found.endingAt(rest));
                    }
                    // No new message is in a range that has an end: a client that waited would be sent messages behind the end.
                    boolean missed = since != null && (!history.messages().isEmpty() || !history.continues(since));
                    if (seconds == 0 || missed || before != null) {
                        return Uni.createFrom().item(history.endingAt(query));
                    }
                    responses.giveBack(context);
                    boolean opens = history.head().epoch().isEmpty();
                    return longPolls.news(client, room, since, opens, seconds, eventLoop)
                            .map(news -> new History(news.head(), news.messages().stream().limit(query.limit()).toList()))
                            .call(() -> responses.roomForPage(context));
                })
                .call(() -> responses.turn(context))
                .chain(history -> Compression.encode(context.request(), Buffer.buffer(MessagesAnswer.of(room, since, history)),
                        eventLoop::execute))
                .map(Buffer::getBytes);
    }

    /** Returns whether the room has begun anew since a position; an offset alone tells it if the room has not come so far. */
    private static boolean isOfAnotherEpoch(StreamPosition since, StreamPosition head, Long before) {
        return since != null && !since.isIn(head.epoch())
                && (!since.epoch().isEmpty() || before == null && since.offset() > head.offset());
    }

    @GET
    @Path("/{room}/members")
    @Produces(MediaType.APPLICATION_JSON)
    @Parameter(name = "room", in = ParameterIn.PATH, required = true, example = "lobby", schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "ns", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING, defaultValue = "/"))
    @Parameter(name = "by", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING, defaultValue = "session"))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "limit", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Operation(summary = "Lists the members of the room, in the order of their joins", description = "?by=user lists each user once, not each session. The next of a page is the cursor of the next page.")
    @APIResponse(responseCode = "200", content = @Content(example = "{\"members\": [{\"id\": \"~3fKq0ZbT7Jx2mYw9LrVd\", \"user\": \"ann\", \"since\": 1795251600000}]}"))
    public Uni<? extends Object> members(@Context RoutingContext context) {
        RoomId room = RequestUrl.parentRoom(context);
        String by = Query.parameter(context.request(), "by", "session");
        String cursor = Query.parameter(context.request(), "cursor");
        int largest = limits.config().membersPage();
        int most = Ranges.limit("limit", number(context, "limit"), largest, largest);
        return switch (by) {
            case "session" -> list(context, most, new Command.ListMembers(room, cursor, most)).map(Members::of);
            case "user" -> list(context, most, new Command.ListUsers(room, cursor, most));
            default -> throw ErrorReply.badRequest("by: expected session or user");
        };
    }

    private <R> Uni<R> list(RoutingContext context, int most, Command<? super HttpRequester, R> command) {
        bodies.discard(context);
        return responses.roomForList(context, most).chain(() -> execute(context, command)).call(() -> responses.turn(context));
    }

    /** Executes a command of a request; the request itself was charged when it came in. */
    private <R> Uni<R> execute(RoutingContext context, Command<? super HttpRequester, R> command) {
        return gateway.execute(Admission.requester(context), command);
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RoomList(List<Entry> rooms, String next, long maxPayload) implements JsonAnswer {

        public record Entry(String room) {
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record State(String room, Integer members, String epoch, long offset) implements JsonAnswer {
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Members(List<Entry> members, String next) implements JsonAnswer {

        @JsonInclude(JsonInclude.Include.NON_NULL)
        public record Entry(String id, String user, long since) {
        }

        static Members of(MemberPage<Presence> page) {
            return new Members(page.members().stream()
                    .map(member -> new Entry(member.who().id(), member.who().user(), member.since())).toList(), page.next());
        }
    }

    /** Stream position of a published message. */
    public record Published(String epoch, long offset, long at) implements JsonAnswer {

        static Published of(PublishResult result) {
            return new Published(result.position().epoch(), result.position().offset(), result.atMicros() / 1000);
        }
    }

    /** @throws ErrorReply 403 for the room of a session, which only the session itself may read */
    static RoomId readable(RoomId room) {
        if (room.isSession()) {
            throw new ErrorReply(403, "room: this is a session's own room");
        }
        return room;
    }

    private static Long number(RoutingContext context, String name) {
        return Ranges.number(name, Query.parameter(context.request(), name));
    }

    private static long seconds(Long seconds) {
        if (seconds != null && (seconds < 0 || seconds > MAX_SECONDS)) {
            throw ErrorReply.badRequest("wait: expected from 0 to " + MAX_SECONDS + " seconds");
        }
        return seconds == null ? 0 : seconds;
    }
}
