package dev.atrium.transport.admission;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.RequestMemory;
import io.netty.channel.EventLoop;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Reader of whole request bodies, with one bound on their size as sent and decoded. Jakarta REST would reset the connection
 * of a client whose body turns out to be too large, and store the bytes of a compressed one. A body that a body handler of the
 * application, or of one of its extensions, has read before is taken from there. On the request's event loop.
 */
@Singleton
public final class BodyReader {

    private static final String GZIP = "gzip";

    /** Key in the context of a request whose body is being received. */
    private static final String BODY = BodyReader.class.getName();

    private final RequestMemory memory;
    private final long limit;

    BodyReader(RequestMemory memory, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
        this.memory = memory;
        this.limit = limit.asLongValue();
    }

    /** Returns the bytes of the largest body that this server accepts. */
    public long limit() {
        return limit;
    }

    /**
     * Reads and decodes the body of a request, of the server's maximum size.
     *
     * @return the decoded body; fails with an {@link ErrorReply}: 400, 413, after which the connection ends, or 415
     */
    public Uni<Buffer> read(RoutingContext context) {
        return read(context, memory, limit);
    }

    /**
     * Reads and decodes the body of a request, and answers it if it is rejected.
     *
     * @param limit maximum size in bytes
     * @param rejected called after the answer
     */
    public static void read(RoutingContext context, RequestMemory memory, long limit, Consumer<Buffer> whole,
            Runnable rejected) {
        read(context, memory, limit).subscribe().with(whole, failure -> {
            Problem.send(context, failure);
            rejected.run();
        });
    }

    /**
     * Rejects the body of a request whose route is reading it, and leaves the answer to the route.
     *
     * @return whether the route is reading it
     */
    static boolean reject(RoutingContext context, ErrorReply error) {
        Body body = context.get(BODY);
        return body != null && body.reject(error);
    }

    /** Discards the body of a request whose route reads none; see {@link #discard(HttpServerRequest, long)}. */
    public void discard(RoutingContext context) {
        discard(context.request(), limit);
    }

    /**
     * Discards the body of a request whose response can take long: it would be kept until then, each byte that comes in a chunk
     * or a frame of its own as some objects. A client that sends too much of it loses its connection, or its stream of HTTP/2.
     *
     * @param limit maximum size in bytes
     */
    public static void discard(HttpServerRequest request, long limit) {
        if (!request.isEnded()) {
            request.handler(chunk -> {
                if (request.bytesRead() > limit) {
                    request.handler(null);
                    HttpChannel.abort(request);
                }
            });
            request.resume();
        }
    }

    private static Uni<Buffer> read(RoutingContext context, RequestMemory memory, long limit) {
        HttpServerRequest request = context.request();
        String encoding = String.join(",", request.headers().getAll(HttpHeaders.CONTENT_ENCODING)).strip();
        boolean gzip = encoding.equalsIgnoreCase(GZIP) || encoding.equalsIgnoreCase("x-gzip");
        if (!gzip && !encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
            // RFC 9110 section 15.5.16.
            context.response().putHeader(HttpHeaders.ACCEPT_ENCODING, GZIP);
            return Uni.createFrom().failure(new ErrorReply(415, "Content-Encoding: expected gzip, or none"));
        }
        Buffer read = context.body().buffer();
        if (read != null && read.length() > limit) {
            return Uni.createFrom().failure(Problem.tooLarge(413));
        }
        if (read == null && request.isExpectMultipart()) {
            // A body handler keeps the parts alone: the rest would be waited for here, and has been read.
            return Uni.createFrom().failure(
                    new ErrorReply(415, "Content-Type: expected no multipart, which the application has taken apart"));
        }
        Uni<Buffer> sent = read != null ? Uni.createFrom().item(read)
                : request.isEnded() ? Uni.createFrom().item(Buffer.buffer())
                        : Uni.createFrom().emitter(emitter -> collect(context, memory, limit, emitter));
        return gzip ? sent.chain(bytes -> decode(new Gzip(bytes, limit))) : sent;
    }

    /** Decodes a body; what is larger than one part, on a worker thread. */
    private static Uni<Buffer> decode(Gzip body) {
        if (body.decodePart()) {
            return Uni.createFrom().item(body.decoded());
        }
        Context loop = Vertx.currentContext();
        return Uni.createFrom().item(body::decodeRest).runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .emitOn(task -> loop.runOnContext(run -> task.run()));
    }

    private static void collect(RoutingContext context, RequestMemory memory, long limit, UniEmitter<? super Buffer> whole) {
        HttpServerRequest request = context.request();
        EventLoop eventLoop = HttpChannel.of(request).eventLoop();
        Body body = new Body(context, limit, whole);
        context.put(BODY, body);
        RequestMemory.Share share = memory.share(task -> runOn(eventLoop, task),
                () -> body.reject(ErrorReply.unavailable("too many requests are not complete, try again later", true)));
        // Until the answer: a hundred bodies can arrive whole in one turn of the event loop, before the first is handled.
        context.addEndHandler(answered -> share.release());
        request.handler(chunk -> share.hold(body.add(chunk)));
        request.exceptionHandler(gone -> whole.fail(ErrorReply.badRequest("body: the client has not sent it to its end")));
        request.endHandler(read -> {
            share.complete();
            body.complete();
        });
        if (ConnectionEnd.expectsContinue(request)) {
            context.response().writeContinue();
        }
        request.resume();
    }

    /** Immediately on the event loop: the rest of a turn may be more than the memory. */
    private static void runOn(EventLoop eventLoop, Runnable task) {
        if (eventLoop.inEventLoop()) {
            task.run();
        } else {
            eventLoop.execute(task);
        }
    }

    private static final class Body {

        private final RoutingContext context;
        private final long limit;
        private final UniEmitter<? super Buffer> whole;
        private Buffer bytes = Buffer.buffer();

        Body(RoutingContext context, long limit, UniEmitter<? super Buffer> whole) {
            this.context = context;
            this.limit = limit;
            this.whole = whole;
        }

        /** Adds a chunk, and returns how many bytes there are; none after the body was rejected. */
        long add(Buffer chunk) {
            if (bytes == null) {
                return 0;
            }
            if (bytes.length() + chunk.length() > limit) {
                reject(Problem.tooLarge(413));
                return 0;
            }
            bytes.appendBuffer(chunk);
            return bytes.length();
        }

        /** Forgets the bytes; what is still received is discarded. Returns whether the request gets the error. */
        boolean reject(ErrorReply error) {
            boolean answers = bytes != null && !context.response().headWritten();
            bytes = null;
            if (answers) {
                ConnectionEnd.announce(context);
                whole.fail(error);
            }
            return answers;
        }

        void complete() {
            if (bytes != null) {
                whole.complete(bytes);
                bytes = null;
            }
        }
    }
}
