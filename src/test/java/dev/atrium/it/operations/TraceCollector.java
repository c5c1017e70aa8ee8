package dev.atrium.it.operations;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** Collector of spans: OTLP over HTTP with protobuf. It can be unavailable for a while. */
public final class TraceCollector implements AutoCloseable {

    /** Span and its replica. */
    public record Span(String trace, String id, String parent, String name, String kind, boolean failed, long nanos,
            Map<String, Object> attributes, Map<String, Object> resource) {

        public String replica() {
            return (String) resource.get("service.instance.id");
        }
    }

    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<String> elsewhere = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private int port;
    private HttpServer server;

    public static TraceCollector start() {
        TraceCollector collector = new TraceCollector();
        collector.resume();
        return collector;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Refuses connections until {@link #resume}. */
    public void stop() {
        server.stop(0);
    }

    /** Responds to all exports with a status from now on. */
    public void refuse(int code) {
        status = code;
    }

    public void resume() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        port = server.getAddress().getPort();
        server.createContext("/", this::take);
        server.start();
    }

    public List<Span> spans() {
        return List.copyOf(spans);
    }

    public List<Span> ofTrace(String trace) {
        return spans.stream().filter(span -> span.trace.equals(trace)).toList();
    }

    /** Spans of a room. */
    public List<Span> ofRoom(String room) {
        return spans.stream().filter(span -> room.equals(span.attributes.get("messaging.destination.name"))).toList();
    }

    /** Requested paths other than that of traces. */
    public List<String> elsewhere() {
        return List.copyOf(elsewhere);
    }

    @Override
    public void close() {
        stop();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestURI().getPath().equals("/v1/traces")) {
                InputStream body = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                        ? new GZIPInputStream(exchange.getRequestBody())
                        : exchange.getRequestBody();
                read(ExportTraceServiceRequest.parseFrom(body));
            } else {
                elsewhere.add(exchange.getRequestURI().getPath());
            }
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private void read(ExportTraceServiceRequest request) {
        request.getResourceSpansList().forEach(resource -> resource.getScopeSpansList().forEach(scope -> scope.getSpansList()
                .forEach(span -> spans.add(new Span(hex(span.getTraceId().toByteArray()), hex(span.getSpanId().toByteArray()),
                        hex(span.getParentSpanId().toByteArray()), span.getName(),
                        span.getKind().name().substring("SPAN_KIND_".length()),
                        span.getStatus().getCodeValue() == 2, span.getEndTimeUnixNano() - span.getStartTimeUnixNano(),
                        values(span.getAttributesList()), values(resource.getResource().getAttributesList()))))));
    }

    private static Map<String, Object> values(List<KeyValue> attributes) {
        Map<String, Object> values = new HashMap<>();
        for (KeyValue each : attributes) {
            AnyValue value = each.getValue();
            values.put(each.getKey(), value.hasStringValue() ? value.getStringValue()
                    : value.hasIntValue() ? (Object) value.getIntValue()
                            : value.hasBoolValue() ? (Object) value.getBoolValue() : value);
        }
        return values;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
