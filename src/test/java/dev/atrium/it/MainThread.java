package dev.atrium.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.StreamSupport;

/** What a trace of Chromium says of the thread that a page's scripts run on, and that answers its user meanwhile. */
final class MainThread {

    /** Of each task, and of the marks that pages set by {@code performance.mark}. */
    static final List<String> CATEGORIES = List.of("toplevel", "blink.user_timing");

    private static final String NAME = "CrRendererMain";
    private static final String TASK = "ThreadControllerImpl::RunTask";

    private MainThread() {
    }

    /**
     * The most processor time that one task took, in milliseconds, on the thread where that mark was set. Not the time that passed: on
     * a machine that is busy with something else, the shortest task may take a second.
     */
    static double longestTaskMillis(byte[] trace, String mark) {
        List<JsonNode> events = events(trace);
        JsonNode marked = events.stream().filter(event -> event.path("name").asText().equals(mark)).findFirst()
                .orElseThrow(() -> new AssertionError("no mark " + mark + " in the trace"));
        int process = marked.path("pid").asInt();
        int thread = events.stream().filter(event -> event.path("name").asText().equals("thread_name") && event.path("pid").asInt() == process
                && event.path("args").path("name").asText().equals(NAME)).findFirst().orElseThrow().path("tid").asInt();
        return events.stream().filter(event -> event.path("name").asText().equals(TASK) && event.path("pid").asInt() == process && event.path("tid").asInt() == thread)
                .mapToDouble(event -> event.path("tdur").asDouble() / 1_000).max().orElseThrow();
    }

    private static List<JsonNode> events(byte[] trace) {
        try {
            return StreamSupport.stream(new ObjectMapper().readTree(trace).path("traceEvents").spliterator(), false).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
