package dev.atrium.transport.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.gateway.ErrorReply;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Acknowledgements that one client was asked for and has not sent yet. On its event loop only. */
final class PendingAcks {

    private record PendingAck(UniEmitter<? super List<JsonNode>> emitter, ScheduledFuture<?> patience) {
    }

    private final EventLoop eventLoop;
    private final Map<String, PendingAck> open = new HashMap<>(2);
    private long last;

    PendingAcks(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** Adds a pending acknowledgement and returns its id. The emitter fails with 504 after the timeout. */
    String add(Duration timeout, UniEmitter<? super List<JsonNode>> emitter) {
        String id = nextId();
        open.put(id, new PendingAck(emitter, eventLoop.schedule(() -> {
            open.remove(id);
            emitter.fail(new ErrorReply(504, "operation has timed out"));
        }, timeout.toMillis(), TimeUnit.MILLISECONDS)));
        return id;
    }

    /** Returns an id that no acknowledgement has had; one that is not added is ignored. */
    String nextId() {
        return Long.toString(last++);
    }

    /** Completes a pending acknowledgement with its values. An unknown id is ignored. */
    void answered(String id, List<JsonNode> values) {
        PendingAck pending = open.remove(id);
        if (pending != null) {
            pending.patience.cancel(false);
            pending.emitter.complete(values);
        }
    }

    /** Fails all pending acknowledgements with 410, because the session has ended. */
    void end() {
        open.values().forEach(pending -> {
            pending.patience.cancel(false);
            pending.emitter.fail(new ErrorReply(410, "the session has ended"));
        });
        open.clear();
    }
}
