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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Acknowledgements that one client was asked for and has not sent yet. On its event loop only. */
final class PendingAcks {

    private record PendingAck(UniEmitter<? super List<JsonNode>> emitter, ScheduledFuture<?> timeout) {
    }

    /** Ids are below 2 to the 31st, also after a billion of them: some clients read them as a 32-bit number. */
    private static final int FIRST_BOUND = 1 << 30;

    private final EventLoop eventLoop;
    private final Map<String, PendingAck> open = new HashMap<>(2);
    /**
     * Begins anywhere: what the client was asked in an earlier session it may answer over the connection of this one, and the
     * answer would be taken for that to another question.
     */
    private int last = ThreadLocalRandom.current().nextInt(FIRST_BOUND);

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
        return Integer.toString(last++);
    }

    /** Completes a pending acknowledgement with its values. An unknown id is ignored. */
    void answered(String id, List<JsonNode> values) {
        PendingAck pending = open.remove(id);
        if (pending != null) {
            pending.timeout.cancel(false);
            pending.emitter.complete(values);
        }
    }

    /** Fails all pending acknowledgements with 410, because the session has ended. */
    void end() {
        open.values().forEach(pending -> {
            pending.timeout.cancel(false);
            pending.emitter.fail(new ErrorReply(410, "the session has ended"));
        });
        open.clear();
    }
}
