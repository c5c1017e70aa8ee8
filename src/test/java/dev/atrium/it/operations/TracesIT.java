package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.operations.TraceCollector.Span;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tracing of a message from its publication to its delivery on each replica, if it is enabled. */
class TracesIT {

    private static final String PARENT = "00f067aa0ba902b7";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static TraceCollector collector;
    private static Cluster cluster;
    /** Replica that has the endpoint of the collector, but tracing disabled. */
    private static Replica untraced;

    @BeforeAll
    static void start() {
        collector = TraceCollector.start();
        cluster = Cluster.overRedis(2, traced("parentbased_always_on"));
        untraced = Replica.start(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", cluster.redis().url(),
                "otel.exporter.otlp.endpoint", collector.url()));
    }

    @AfterAll
    static void stop() {
        untraced.close();
        cluster.close();
        collector.close();
    }

    private static Map<String, String> traced(String sampler) {
        return new HashMap<>(Map.of("otel.traces.exporter", "otlp", "otel.exporter.otlp.endpoint", collector.url(),
                "otel.traces.sampler", sampler, "otel.bsp.schedule.delay", "50",
                // Other services may need more propagators than the defaults.
                "otel.propagators", "tracecontext,baggage,b3"));
    }

    @Test
    void a_post_is_one_trace_with_one_span_for_each_replica_that_delivers() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4701";
        try (SessionClient ann = cluster.replica(0).session();
                SessionClient bob = cluster.replica(0).session();
                SocketClient cat = cluster.replica(1).plain("/rooms/post");
                SessionClient dan = untraced.session()) {
            ann.join("post");
            bob.join("post");
            dan.join("post");
            awaitMembers("post", 4);
            JsonNode receipt = json(post(cluster.replica(0), "post", trace, "01"));
            await().until(() -> collector.ofTrace(trace).size() == 3);

            Span sent = one(collector.ofTrace(trace), "PRODUCER");
            assertThat(sent.name()).isEqualTo("send room");
            assertThat(sent.parent()).isEqualTo(PARENT);
            assertThat(sent.failed()).isFalse();
            assertThat(sent.resource()).containsEntry("service.name", "atrium");
            assertThat(sent.attributes()).containsEntry("messaging.system", "atrium")
                    .containsEntry("messaging.destination.name", "post")
                    .containsEntry("messaging.operation.type", "send").containsEntry("messaging.message.body.size", 0L)
                    .containsEntry("messaging.message.id",
                            receipt.path("epoch").asText() + ":" + receipt.path("offset").asLong());

            List<Span> delivered = all(collector.ofTrace(trace), "CONSUMER");
            assertThat(delivered).hasSize(2).allSatisfy(span -> {
                assertThat(span.name()).isEqualTo("deliver room");
                assertThat(span.parent()).isEqualTo(sent.id());
                assertThat(span.nanos()).isPositive();
                assertThat(span.attributes()).containsEntry("messaging.destination.name", "post")
                        .containsEntry("messaging.operation.type", "process")
                        .containsEntry("messaging.message.id", sent.attributes().get("messaging.message.id"));
            });
            assertThat(delivered).extracting(Span::replica).doesNotHaveDuplicates().contains(sent.replica());
            assertThat(delivered).filteredOn(span -> span.replica().equals(sent.replica()))
                    .extracting(span -> span.attributes().get("atrium.members"))
                    .containsExactly(2L);
            assertThat(delivered).filteredOn(span -> !span.replica().equals(sent.replica()))
                    .extracting(span -> span.attributes().get("atrium.members"))
                    .containsExactly(1L);

            dan.pushes("message", 1);
            cat.await(1);
            assertThat(inLog("post", "traceparent")).isTrue();
            for (SocketClient client : List.of(ann, bob, cat, dan)) {
                assertThat(client.received()).noneMatch(frame -> frame.contains("traceparent") || frame.contains(trace));
            }
            assertThat(untraced.get("/rooms/post/messages?after=0").body()).contains("\"offset\":1").doesNotContain("trace");
        }
    }

    @Test
    void a_post_whose_client_does_not_sample_leaves_no_trace() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4702";
        try (SocketClient ann = cluster.replica(1).plain("/rooms/unsampled")) {
            awaitMembers("unsampled", 1);
            post(cluster.replica(0), "unsampled", trace, "00");
            ann.await(1);
            assertThat(inLog("unsampled", "traceparent")).isFalse();
            // Spans are exported in order: after those of this message, none of the previous one can follow.
            String next = "4bf92f3577b34da6a3ce929d0e0e4703";
            post(cluster.replica(0), "unsampled", next, "01");
            await().until(() -> collector.ofTrace(next).size() == 2);
            assertThat(collector.ofTrace(trace)).isEmpty();
        }
    }

    @Test
    void a_header_that_is_no_traceparent_begins_a_trace_of_its_own() {
        for (String header : List.of("hello", "00-00000000000000000000000000000000-" + PARENT + "-01", "x".repeat(2000))) {
            assertThat(cluster.replica(0).request("POST", "/rooms/odd", "traceparent", header).statusCode()).isEqualTo(201);
        }
        await().until(() -> collector.ofRoom("odd").size() == 3);
        assertThat(collector.ofRoom("odd")).allSatisfy(span -> assertThat(span.parent()).isEmpty());
    }

    @Test
    void a_message_of_a_session_is_a_trace_of_its_own_and_counts_its_recipients() {
        try (SessionClient ann = cluster.replica(0).session();
                SessionClient bob = cluster.replica(0).session();
                SessionClient cat = cluster.replica(1).session()) {
            List.of(ann, bob, cat).forEach(client -> client.join("talk"));
            ann.call("send", "{\"room\":\"talk\",\"event\":\"wave\",\"data\":\"höre\",\"echo\":false}");
            await().until(() -> collector.ofRoom("talk").size() == 3);
            Span sent = one(collector.ofRoom("talk"), "PRODUCER");
            assertThat(sent.parent()).isEmpty();
            assertThat(sent.attributes()).containsEntry("atrium.event", "wave").containsEntry("messaging.message.body.size",
                    5L);
            assertThat(all(collector.ofTrace(sent.trace()), "CONSUMER")).hasSize(2)
                    .allSatisfy(span -> assertThat(span.attributes()).containsEntry("atrium.members", 1L));
        }
    }

    @Test
    void a_message_of_a_plain_socket_or_of_socket_io_is_a_trace_of_its_own() {
        try (SocketClient ann = cluster.replica(0).plain("/rooms/mixed");
                SocketIoClient bob = SocketIoClient.connect(cluster.replica(1), "/", "websocket")) {
            bob.emitWithAck("join", "mixed");
            awaitMembers("mixed", 2);
            ann.text("hello");
            await().until(() -> collector.ofRoom("mixed").size() == 3);
            bob.emit("message", "hello back");
            await().until(() -> collector.ofRoom("mixed").size() == 6);
            List<Span> sent = all(collector.ofRoom("mixed"), "PRODUCER");
            assertThat(sent).hasSize(2).allSatisfy(span -> assertThat(span.parent()).isEmpty());
            assertThat(sent).extracting(Span::replica).doesNotHaveDuplicates();
            assertThat(sent).allSatisfy(span -> assertThat(all(collector.ofTrace(span.trace()), "CONSUMER")).hasSize(2));
        }
    }

    @Test
    void a_message_read_from_the_history_is_not_traced_again() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4704";
        JsonNode receipt;
        try (SocketClient ann = cluster.replica(0).plain("/rooms/again")) {
            awaitMembers("again", 1);
            receipt = json(post(cluster.replica(0), "again", trace, "01"));
            ann.await(1);
            await().until(() -> collector.ofTrace(trace).size() == 2);
        }
        try (SessionClient bob = cluster.replica(1).session()) {
            bob.call("join",
                    "{\"room\":\"again\",\"since\":{\"epoch\":\"" + receipt.path("epoch").asText() + "\",\"offset\":0}}");
            bob.pushes("message", 1);
            post(cluster.replica(0), "again", "4bf92f3577b34da6a3ce929d0e0e4705", "01");
            await().until(() -> collector.ofTrace("4bf92f3577b34da6a3ce929d0e0e4705").size() == 2);
            assertThat(collector.ofTrace(trace)).hasSize(2);
        }
    }

    @Test
    void a_replica_that_is_not_configured_to_trace_exports_no_traces() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4706";
        try (SocketClient ann = cluster.replica(0).plain("/rooms/quiet"); SocketClient bob = untraced.plain("/rooms/quiet")) {
            awaitMembers("quiet", 2);
            post(untraced, "quiet", trace, "01");
            ann.await(1);
            bob.await(1);
            assertThat(inLog("quiet", "traceparent")).isFalse();
            post(cluster.replica(0), "quiet", "4bf92f3577b34da6a3ce929d0e0e4707", "01");
            await().until(() -> collector.ofTrace("4bf92f3577b34da6a3ce929d0e0e4707").size() == 2);
            assertThat(collector.ofTrace(trace)).isEmpty();
        }
        assertThat(collector.ofRoom("quiet").stream().map(Span::replica).distinct()).as("replicas that export").hasSize(1);
        assertThat(collector.elsewhere()).as("metrics and logs").isEmpty();
    }

    @Test
    void a_publication_that_the_backplane_rejects_is_a_failed_span() {
        Map<String, String> settings = traced("always_on");
        settings.putAll(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", "redis://127.0.0.1:1"));
        try (Replica replica = Replica.launch(settings)) {
            replica.awaitStarted();
            assertThat(replica.post("/rooms/nowhere", "hello").statusCode()).isEqualTo(503);
            await().until(() -> collector.ofRoom("nowhere").size() == 1);
            Span sent = one(collector.ofRoom("nowhere"), "PRODUCER");
            assertThat(sent.failed()).isTrue();
            assertThat(sent.attributes()).containsKey("error.type").doesNotContainKey("messaging.message.id");
            // Refused before the backplane was involved: nothing was sent.
            assertThat(replica.post("/rooms/nowhere?event=@gap", "hello").statusCode()).isEqualTo(400);
            replica.post("/rooms/nowhere", "hello");
            await().until(() -> collector.ofRoom("nowhere").size() == 2);
        }
    }

    @Test
    void a_collector_that_is_away_costs_one_line_and_no_message() {
        try (TraceCollector away = TraceCollector.start()) {
            away.stop();
            Map<String, String> settings = traced("always_on");
            settings.put("otel.exporter.otlp.endpoint", away.url());
            // The exporter would retry for some ten seconds before it gives up a batch.
            settings.put("otel.java.exporter.otlp.retry.disabled", "true");
            try (Replica replica = Replica.start(settings); SocketClient ann = replica.plain("/rooms/alone")) {
                SocketClient.await().until(() -> replica.get("/rooms/alone").body().contains("\"members\":1"));
                for (int i = 1; i <= 200; i++) {
                    assertThat(replica.post("/rooms/alone", "hello").statusCode()).isEqualTo(201);
                }
                ann.await(200);
                await().until(() -> replica.log().contains("The collector at " + away.url() + " accepts no traces"));
                away.resume();
                await().until(() -> {
                    replica.post("/rooms/alone", "hello");
                    return replica.log().contains(" accepts traces again");
                });
                assertThat(away.ofRoom("alone")).extracting(Span::kind).contains("PRODUCER", "CONSUMER");
                away.refuse(401);
                await().until(() -> {
                    replica.post("/rooms/alone", "hello");
                    return replica.log().contains(" accepts no traces; they are dropped until it does: it replies with 401");
                });
                away.stop();
                replica.post("/rooms/alone", "the last");
                assertThat(replica.terminate()).isZero();
                assertThat(replica.log()).doesNotContain("\tat ", "ERROR");
                assertThat(replica.log().lines().filter(line -> line.contains("collector"))).hasSize(3);
            }
        }
    }

    private static ConditionFactory await() {
        return SocketClient.await();
    }

    private static HttpResponse<String> post(Replica replica, String room, String trace, String flags) {
        HttpResponse<String> response = replica.request("POST", "/rooms/" + room, "traceparent",
                "00-" + trace + "-" + PARENT + "-" + flags);
        assertThat(response.statusCode()).isEqualTo(201);
        return response;
    }

    private static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitMembers(String room, int count) {
        await().until(() -> cluster.replica(0).get("/rooms/" + room).body().contains("\"members\":" + count));
    }

    /** Returns whether the last message in a room's log in Redis contains a word. */
    private static boolean inLog(String room, String word) {
        String reply = cluster.redis()
                .command("EVAL \"return string.find(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][2][4], '"
                        + word + "', 1, true) or 0\" 1 \"atrium:log:{/ " + room + "}\"");
        assertThat(reply).startsWith(":");
        return !reply.equals(":0");
    }

    private static List<Span> all(List<Span> spans, String kind) {
        return spans.stream().filter(span -> span.kind().equals(kind)).toList();
    }

    private static Span one(List<Span> spans, String kind) {
        assertThat(all(spans, kind)).hasSize(1);
        return all(spans, kind).get(0);
    }
}
