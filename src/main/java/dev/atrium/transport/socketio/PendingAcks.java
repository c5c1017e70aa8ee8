package dev.atrium.transport.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.atrium.gateway.ErrorReply;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The acknowledgements that one client was asked for and has not given yet. On its event loop only. */
final class PendingAcks {

    private record Question(UniEmitter<? super JsonNode> emitter, ScheduledFuture<?> patience) {
    }

    private final EventLoop eventLoop;
    private final Map<String, Question> open = new HashMap<>(2);
    private long last;

    PendingAcks(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** Notes one more, and returns its id. */
    String add(Duration timeout, UniEmitter<? super JsonNode> emitter) {
        String id = Long.toString(last++);
        open.put(id, new Question(emitter, eventLoop.schedule(() -> {
            open.remove(id);
            emitter.fail(new ErrorReply(504, "operation has timed out"));
        }, timeout.toMillis(), TimeUnit.MILLISECONDS)));
        return id;
    }

    /** Only the first value counts, as on the servers of Socket.IO. What nobody asked for is passed over. */
    void answered(String id, List<JsonNode> values) {
        Question question = open.remove(id);
        if (question != null) {
            question.patience.cancel(false);
            question.emitter.complete(values.isEmpty() ? NullNode.instance : values.get(0));
        }
    }

    /** Nobody is left to answer. */
    void end() {
        open.values().forEach(question -> {
            question.patience.cancel(false);
            question.emitter.fail(new ErrorReply(410, "the session has ended"));
        });
        open.clear();
    }
}
