package dev.atrium.transport.http;

import dev.atrium.file.FileCommand;
import dev.atrium.file.StoredFile;
import dev.atrium.file.Transfers;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.PathSegment;
import dev.atrium.room.RoomId;
import dev.atrium.session.Drainable;
import dev.atrium.session.RequestLoop;
import dev.atrium.session.RequestMemory;
import dev.atrium.session.Requester;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.BodyReader;
import dev.atrium.transport.admission.HeaderList;
import dev.atrium.transport.admission.Problem;
import dev.atrium.transport.admission.UnreadResponses;
import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Routes of the content of files, {@code /rooms/{room}/files/{id}}: whole or a range (RFC 9110 section 14). Content is written
 * chunk by chunk, as fast as the client reads.
 */
@Singleton
public final class FileRoutes implements Drainable {

    private static final int PRECONDITION_FAILED = 412;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final Gateway gateway;
    private final Transfers transfers;
    private final RequestMemory memory;
    private final BodyReader bodies;
    private final AtomicInteger downloads = new AtomicInteger();

    FileRoutes(Gateway gateway, Transfers transfers, RequestMemory memory, BodyReader bodies) {
        this.memory = memory;
        this.bodies = bodies;
        this.gateway = gateway;
        this.transfers = transfers;
    }

    /** Returns no task: a drain waits for downloads, because a client whose download is cut has to begin again. */
    @Override
    public List<Runnable> closeTasks() {
        return List.of();
    }

    @Override
    public int inFlight() {
        return downloads.get();
    }

    void register(@Observes Router router) {
        router.route("/rooms/:room/files/:id").handler(context -> {
            HttpMethod method = context.request().method();
            if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
                find(context);
            } else if (method.equals(HttpMethod.DELETE)) {
                delete(context);
            } else {
                AllowedMethods.answer(context, "GET, HEAD, DELETE");
            }
        });
    }

    private void find(RoutingContext context) {
        bodies.discard(context);
        EventLoop eventLoop = RequestLoop.current();
        answer(context, eventLoop, new FileCommand.Find(transfers, room(context), context.pathParam("id")),
                file -> send(context, file, eventLoop));
    }

    private void delete(RoutingContext context) {
        List<String> ifMatch = HeaderList.of(context.request(), HttpHeaders.IF_MATCH);
        answer(context, RequestLoop.current(), new FileCommand.Delete(transfers, room(context), context.pathParam("id"),
                file -> requireMatch(file, ifMatch)), deleted -> context.response().setStatusCode(204).end());
    }

    private static RoomId room(RoutingContext context) {
        return RequestUrl.room(context, PathSegment.parent(PathSegment.parent(context.normalizedPath())));
    }

    private static void requireMatch(StoredFile file, List<String> ifMatch) {
        if (FileHeaders.isOther(file, ifMatch)) {
            throw new ErrorReply(PRECONDITION_FAILED, "If-Match: expected the ETag of this file");
        }
    }

    private <T> void answer(RoutingContext context, EventLoop eventLoop, FileCommand<Requester, T> command, Consumer<T> then) {
        gateway.execute(Admission.requester(context), command).emitOn(eventLoop::execute).invoke(then).subscribe()
                .with(answered -> {
                }, failure -> Problem.send(context, failure));
    }

    private void send(RoutingContext context, StoredFile file, EventLoop eventLoop) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        requireMatch(file, HeaderList.of(request, HttpHeaders.IF_MATCH));
        FileHeaders.of(file).forEach(response::putHeader);
        if (FileHeaders.isKnown(file, HeaderList.of(request, HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        boolean get = request.method().equals(HttpMethod.GET);
        // Ranges are defined for GET only (RFC 9110 section 14.2).
        ByteRange range = ByteRange.requested(file, get ? request.getHeader("Range") : null, request.getHeader("If-Range"));
        if (range == null) {
            response.putHeader("Content-Range", "bytes */" + file.size());
            throw new ErrorReply(RANGE_NOT_SATISFIABLE, "Range: expected a part of its " + file.size() + " bytes");
        }
        if (range.isPart()) {
            response.setStatusCode(206).putHeader("Content-Range",
                    "bytes " + range.first() + "-" + range.last() + "/" + file.size());
        }
        response.putHeader("Content-Length", Long.toString(range.length()));
        if (!get || range.length() == 0) {
            response.end();
        } else {
            downloads.incrementAndGet();
            new FileResponse(transfers, file, range, context, eventLoop, UnreadResponses.share(memory, request)).write()
                    .onComplete(written -> downloads.decrementAndGet());
        }
    }
}
