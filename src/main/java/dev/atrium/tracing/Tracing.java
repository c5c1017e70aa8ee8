package dev.atrium.tracing;

import dev.atrium.room.DeliveryTracer;
import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import io.smallrye.mutiny.Uni;
import java.util.function.Function;

/** Tracing of messages; without it each operation is a null check. Any thread. It never fails a message. */
public final class Tracing implements DeliveryTracer {

    private static final Tracing OFF = new Tracing(null);

    private final MessageSpans spans;

    Tracing(MessageSpans spans) {
        this.spans = spans;
    }

    public static Tracing off() {
        return OFF;
    }

    /** Publishes within a span of the publication's trace, or of a new one, if that is sampled; else without a trace. */
    public Uni<PublishResult> publish(Publication publication, Function<Publication, Uni<PublishResult>> backplane) {
        if (spans != null) {
            return Uni.createFrom().deferred(() -> spans.publish(publication, backplane));
        }
        // The client's trace context is removed, because the other replicas do not use it.
        return backplane.apply(publication.in(null));
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
