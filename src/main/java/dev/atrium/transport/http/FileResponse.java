package dev.atrium.transport.http;

import dev.atrium.file.StoredFile;
import dev.atrium.file.Transfers;
import dev.atrium.session.RequestMemory;
import dev.atrium.transport.admission.Problem;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.jboss.logging.Logger;

/** Writer of a file's bytes to a response, chunk by chunk; the next chunk is read when the client has taken the last. */
final class FileResponse {

    private static final Logger LOG = Logger.getLogger(FileResponse.class);

    private final Transfers transfers;
    private final StoredFile file;
    private final ByteRange range;
    private final RoutingContext context;
    private final HttpServerResponse response;
    private final EventLoop eventLoop;
    private final RequestMemory.Share share;
    private final Promise<Void> end = Promise.promise();
    private int next;

    FileResponse(Transfers transfers, StoredFile file, ByteRange range, RoutingContext context, EventLoop eventLoop,
            RequestMemory.Share share) {
        this.transfers = transfers;
        this.file = file;
        this.range = range;
        this.context = context;
        this.response = context.response();
        this.eventLoop = eventLoop;
        this.share = share;
        this.next = (int) (range.first() / file.chunk());
    }

    /**
     * Writes the range. On the request's event loop, as all other methods.
     *
     * @return completes when the last byte is written to the connection; fails if it never will be
     */
    Future<Void> write() {
        readNext();
        return end.future();
    }

    private void readNext() {
        transfers.read(file, next).emitOn(eventLoop::execute).subscribe().with(this::write, this::fail);
    }

    private void write(byte[] chunk) {
        if (response.closed()) {
            end.tryFail("the client has disconnected");
            return;
        }
        long offset = file.offset(next);
        int from = (int) Math.max(0, range.first() - offset);
        int to = (int) Math.min(chunk.length, range.last() + 1 - offset);
        Buffer bytes = from == 0 && to == chunk.length ? Buffer.buffer(chunk) : Buffer.buffer(chunk).slice(from, to);
        next++;
        share.hold(chunk.length);
        if (file.offset(next) > range.last()) {
            response.end(bytes).onComplete(end);
            return;
        }
        // Completes when the bytes are written to the connection; fails when the client has disconnected.
        response.write(bytes).onSuccess(written -> {
            share.hold(0);
            readNext();
        }).onFailure(end::tryFail);
    }

    /** Sends an error; after the status resets the connection: an early end shows the client that bytes are missing. */
    private void fail(Throwable failure) {
        end.tryFail(failure);
        if (response.headWritten()) {
            LOG.warnf("A download was cut off: %s", failure.getMessage());
            response.reset();
        } else {
            response.headers().clear();
            Problem.send(context, failure);
        }
    }
}
