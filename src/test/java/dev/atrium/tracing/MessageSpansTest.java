package dev.atrium.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.Data;
import dev.atrium.room.DeliveryTracer;
import dev.atrium.room.Node;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Spans of a message: their parents, their attributes and their ends. */
class MessageSpansTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final String TRACEPARENT = "00-" + TRACE + "-" + PARENT + "-01";
    private static final RoomId LOBBY = RoomId.of("/chat", "lobby");
    private static final PublishResult RESULT = new PublishResult(new StreamPosition("e", 7), 1);

    private final List<SpanData> ended = new ArrayList<>();
    private final List<Publication> published = new ArrayList<>();
    private final MessageSpans spans = new MessageSpans(sdk(Sampler.parentBased(Sampler.alwaysOn())));
    private final MessageSpans unsampled = new MessageSpans(sdk(Sampler.alwaysOff()));

    private final class ListExporter implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> some) {
            ended.addAll(some);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    @AfterEach
    void close() {
        spans.close();
        unsampled.close();
    }

    @Test
    void the_span_of_a_publication_is_a_child_of_the_client_s_span_and_the_parent_of_the_delivery() {
        publish(publication(LOBBY, new Data.Text("hi")).in(TRACEPARENT));
        SpanData span = span();
        assertThat(span.getName()).isEqualTo("send room");
        assertThat(span.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(span.getTraceId()).isEqualTo(TRACE);
        assertThat(span.getParentSpanId()).isEqualTo(PARENT);
        assertThat(published)
                .containsExactly(publication(LOBBY, new Data.Text("hi")).in("00-" + TRACE + "-" + span.getSpanId() + "-01"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "", "00", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01" })
    void a_publication_without_a_valid_parent_starts_a_trace(String traceparent) {
        publish(publication(LOBBY, new Data.Text("hi")).in(traceparent));
        assertThat(span().getParentSpanContext().isValid()).isFalse();
        assertThat(span().getTraceId()).isNotEqualTo(TRACE);
        assertThat(published.get(0).traceparent()).isEqualTo("00-" + span().getTraceId() + "-" + span().getSpanId() + "-01");
    }

    @Test
    void a_publication_that_is_not_sampled_has_no_trace_context() {
        unsampled.publish(publication(LOBBY, new Data.Text("hi")).in(TRACEPARENT), this::accept).await().indefinitely();
        publish(publication(LOBBY, new Data.Text("hi")).in("00-" + TRACE + "-" + PARENT + "-00"));
        assertThat(published).extracting(Publication::traceparent).containsExactly(null, null);
        assertThat(unsampled.arrived(publication(LOBBY, new Data.Text("hi")).in(TRACEPARENT).at(RESULT.position(), 1), 1))
                .isNull();
        assertThat(ended).isEmpty();
    }

    @Test
    void the_span_of_an_accepted_publication_has_the_message_id() {
        publish(publication(LOBBY, new Data.Text("hi")));
        assertThat(text("messaging.message.id")).isEqualTo("e:7");
        assertThat(text("messaging.system")).isEqualTo("atrium");
        assertThat(text("messaging.operation.name")).isEqualTo("send");
        assertThat(text("messaging.operation.type")).isEqualTo("send");
        assertThat(text("atrium.namespace")).isEqualTo("/chat");
        assertThat(text("atrium.event")).isEqualTo("greeting");
        assertThat(span().getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void the_span_of_a_failed_publication_has_the_error() {
        assertThatThrownBy(() -> spans
                .publish(publication(LOBBY, new Data.Text("hi")),
                        ignored -> Uni.createFrom().failure(new IllegalStateException("away")))
                .await().indefinitely()).hasMessage("away");
        assertThat(text("error.type")).isEqualTo("java.lang.IllegalStateException");
        assertThat(span().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span().getStatus().getDescription()).isEqualTo("away");
        assertThat(text("messaging.message.id")).isNull();
    }

    @Test
    void a_cancelled_publication_ends_its_span() {
        spans.publish(publication(LOBBY, new Data.Text("hi")), ignored -> Uni.createFrom().nothing()).subscribe().with(done -> {
        }).cancel();
        assertThat(span().getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    static Stream<Arguments> rooms() {
        String session = new Node("node01").newSessionId();
        return Stream.of(Arguments.of(LOBBY, "room", "lobby", null),
                Arguments.of(RoomId.everyone("/chat"), "namespace", "/chat", null),
                Arguments.of(RoomId.of("/chat", session), "session", session, true));
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void a_span_is_named_by_the_kind_of_its_room_and_has_its_name_as_attribute(RoomId room, String kind, String destination,
            Boolean temporary) {
        publish(publication(room, new Data.Text("hi")));
        assertThat(span().getName()).isEqualTo("send " + kind);
        assertThat(text("messaging.destination.name")).isEqualTo(destination);
        assertThat(span().getAttributes().get(AttributeKey.booleanKey("messaging.destination.temporary"))).isEqualTo(temporary);
    }

    static Stream<Arguments> sizes() {
        return Stream.of(Arguments.of(new Data.Text("ü😀"), 6), Arguments.of(new Data.Json("[\"ü\"]"), 6),
                Arguments.of(new Data.Binary(new byte[9]), 9),
                Arguments.of(new Data.Arguments("[1]", List.of(new byte[4])), 7));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void the_size_of_a_body_is_that_of_its_bytes(Data data, long size) {
        publish(publication(LOBBY, data));
        assertThat(span().getAttributes().get(AttributeKey.longKey("messaging.message.body.size"))).isEqualTo(size);
    }

    @Test
    void a_delivery_ends_with_the_last_loop_and_counts_the_members_on_all_of_them() {
        DeliveryTracer.Passage passage = spans
                .arrived(publication(LOBBY, new Data.Text("hi")).in(TRACEPARENT).at(RESULT.position(), 1), 3);
        passage.written(5);
        passage.written(0);
        assertThat(ended).isEmpty();
        passage.written(2);
        SpanData span = span();
        assertThat(span.getName()).isEqualTo("deliver room");
        assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(span.getTraceId()).isEqualTo(TRACE);
        assertThat(span.getParentSpanId()).isEqualTo(PARENT);
        assertThat(span.getAttributes().get(AttributeKey.longKey("atrium.members"))).isEqualTo(7);
        assertThat(text("messaging.message.id")).isEqualTo("e:7");
        assertThat(text("messaging.operation.name")).isEqualTo("deliver");
        assertThat(text("messaging.operation.type")).isEqualTo("process");
    }

    @Test
    void without_tracing_the_trace_context_of_a_client_is_removed() {
        Tracing.off().publish(publication(LOBBY, new Data.Text("hi")).in(TRACEPARENT), this::accept).await().indefinitely();
        assertThat(published).containsExactly(publication(LOBBY, new Data.Text("hi")));
        assertThat(Tracing.off().arrived(publication(LOBBY, new Data.Text("hi")).in(TRACEPARENT).at(RESULT.position(), 1), 1))
                .isNull();
    }

    @Test
    void with_tracing_a_span_starts_when_its_publication_is_subscribed_to() {
        Tracing tracing = new Tracing(spans);
        Uni<PublishResult> later = tracing.publish(publication(LOBBY, new Data.Text("hi")), this::accept);
        assertThat(published).isEmpty();
        assertThat(later.await().indefinitely()).isEqualTo(RESULT);
        assertThat(ended).hasSize(1);
        assertThat(tracing.arrived(publication(LOBBY, new Data.Text("hi")).at(RESULT.position(), 1), 1)).isNotNull();
    }

    private void publish(Publication publication) {
        assertThat(spans.publish(publication, this::accept).await().indefinitely()).isEqualTo(RESULT);
    }

    private Uni<PublishResult> accept(Publication publication) {
        published.add(publication);
        return Uni.createFrom().item(RESULT);
    }

    private SpanData span() {
        assertThat(ended).hasSize(1);
        return ended.get(0);
    }

    private String text(String attribute) {
        return span().getAttributes().get(AttributeKey.stringKey(attribute));
    }

    private static Publication publication(RoomId room, Data data) {
        return new Publication(room, "greeting", data, null, true);
    }

    private OpenTelemetrySdk sdk(Sampler sampler) {
        return OpenTelemetrySdk.builder().setTracerProvider(SdkTracerProvider.builder().setSampler(sampler)
                .addSpanProcessor(SimpleSpanProcessor.create(new ListExporter())).build()).build();
    }
}
