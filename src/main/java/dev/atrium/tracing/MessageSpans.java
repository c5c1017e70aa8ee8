package dev.atrium.tracing;

import dev.atrium.room.Data;
import dev.atrium.room.DeliveryTracer;
import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Spans of messages, with OpenTelemetry's semantic conventions for messaging: one of kind PRODUCER for the publication, and one
 * of kind CONSUMER on each replica that delivers, as its child. Not a link, as for batches: each is about one message, so one
 * trace has all of its spans and is sampled as a whole.
 */
final class MessageSpans {

    private static final String MESSAGE_ID = "messaging.message.id";

    /** The propagator accepts any string of the right length as a traceparent, and throws for some of them. */
    private static final Pattern PARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private static final TextMapGetter<String> TRACEPARENT = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String traceparent) {
            return List.of("traceparent");
        }

        @Override
        public String get(String traceparent, String key) {
            return key.equals("traceparent") ? traceparent : null;
        }
    };

    /** Maximum time of the last export: an unreachable collector must not delay the shutdown of a replica. */
    private static final Duration LAST_EXPORT = Duration.ofSeconds(2);

    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;

    MessageSpans(OpenTelemetrySdk sdk) {
        this.sdk = sdk;
        this.tracer = sdk.getTracer("dev.atrium");
    }

    Uni<PublishResult> publish(Publication publication, Function<Publication, Uni<PublishResult>> backplane) {
        RoomId room = publication.room();
        Span span = start(SpanKind.PRODUCER, "send", room, publication.traceparent());
        if (!span.isRecording()) {
            return backplane.apply(publication.in(null));
        }
        describe(span, "send", "send", room, publication.event(), publication.data());
        return backplane.apply(publication.in(traceparent(span))).onTermination()
                .invoke((result, failure, cancelled) -> end(span, result, failure));
    }

    private static void end(Span span, PublishResult result, Throwable failure) {
        if (result != null) {
            span.setAttribute(MESSAGE_ID, id(result.position()));
        } else if (failure != null) {
            span.setAttribute("error.type", failure.getClass().getName());
            span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
        }
        span.end();
    }

    DeliveryTracer.Passage arrived(Message message, int loops) {
        RoomId room = message.room();
        Span span = start(SpanKind.CONSUMER, "deliver", room, message.traceparent());
        if (!span.isRecording()) {
            return null;
        }
        describe(span, "deliver", "process", room, message.event(), message.data());
        span.setAttribute(MESSAGE_ID, id(message.position()));
        AtomicInteger loopsLeft = new AtomicInteger(loops);
        AtomicInteger deliveredTo = new AtomicInteger();
        return members -> {
            deliveredTo.addAndGet(members);
            if (loopsLeft.decrementAndGet() == 0) {
                span.setAttribute("atrium.members", deliveredTo.longValue()).end();
            }
        };
    }

    void close() {
        sdk.shutdown().join(LAST_EXPORT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Span start(SpanKind kind, String operation, RoomId room, String parent) {
        // The root context instead of the thread's current one, which is unrelated: the message carries its own parent.
        Context none = Context.root();
        boolean hasParent = parent != null && PARENT.matcher(parent).matches();
        return tracer.spanBuilder(operation + scope(room)).setSpanKind(kind)
                .setParent(hasParent ? W3CTraceContextPropagator.getInstance().extract(none, parent, TRACEPARENT) : none)
                .startSpan();
    }

    /** Kind of room instead of its name: rooms are unbounded, and span names should have low cardinality. */
    private static String scope(RoomId room) {
        return room.isEveryone() ? " namespace" : room.isSession() ? " session" : " room";
    }

    /** Only called for sampled messages, which are few. */
    private static void describe(Span span, String operation, String type, RoomId room, String event, Data data) {
        span.setAttribute("messaging.system", "atrium")
                .setAttribute("messaging.operation.name", operation)
                .setAttribute("messaging.operation.type", type)
                .setAttribute("messaging.destination.name", room.isEveryone() ? room.namespace() : room.name())
                .setAttribute("atrium.namespace", room.namespace())
                .setAttribute("atrium.event", event)
                .setAttribute("messaging.message.body.size", size(data));
        if (room.isSession()) {
            span.setAttribute("messaging.destination.temporary", true);
        }
    }

    private static long size(Data data) {
        if (data instanceof Data.Text text) {
            return text.text().getBytes(StandardCharsets.UTF_8).length;
        }
        return data instanceof Data.Json json ? json.json().getBytes(StandardCharsets.UTF_8).length : data.size();
    }

    private static String id(StreamPosition position) {
        return position.epoch() + ":" + position.offset();
    }

    /** Value of {@code traceparent} (W3C Trace Context), with the sampled flag. */
    private static String traceparent(Span span) {
        return "00-" + span.getSpanContext().getTraceId() + "-" + span.getSpanContext().getSpanId() + "-01";
    }
}
