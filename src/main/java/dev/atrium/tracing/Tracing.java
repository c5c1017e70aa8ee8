package dev.atrium.tracing;

import dev.atrium.room.DeliveryTracer;
import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import io.smallrye.mutiny.Uni;
import java.util.function.Function;

/**
 * The traces of messages, or none: then it is a null check. Any thread; what it does takes no time that counts, and it never
 * fails a message.
 */
public final class Tracing implements DeliveryTracer {

    private static final Tracing OFF = new Tracing(null);

    private final MessageSpans spans;

    Tracing(MessageSpans spans) {
        this.spans = spans;
    }

    /** No traces. */
    public static Tracing off() {
        return OFF;
    }

    /** Publishes as part of the publication's trace, or of a new one, if that is sampled; else as part of none. */
    public Uni<PublishResult> publish(Publication publication, Function<Publication, Uni<PublishResult>> backplane) {
        if (spans != null) {
            return Uni.createFrom().deferred(() -> spans.publish(publication, backplane));
        }
        // What the client says of its trace is nothing to the other replicas.
        return backplane.apply(publication.traceparent() == null ? publication : publication.in(null));
    }

    @Override
    public Passage arrived(Message message, int loops) {
        return spans == null ? null : spans.arrived(message, loops);
    }

    void close() {
        if (spans != null) {
            spans.close();
        }
    }
}
