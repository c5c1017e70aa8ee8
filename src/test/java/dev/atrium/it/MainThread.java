package dev.atrium.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.StreamSupport;

/** Analysis of a Chromium trace: the main thread of a page, which runs its scripts and handles user input. */
final class MainThread {

    /** Trace categories: the tasks, and the marks that pages set by {@code performance.mark}. */
    static final List<String> CATEGORIES = List.of("toplevel", "blink.user_timing");

    private static final String NAME = "CrRendererMain";
    private static final String TASK = "ThreadControllerImpl::RunTask";

    private MainThread() {
    }

    /**
     * Returns the maximum processor time of one task in milliseconds, on the thread where the mark was set. Elapsed time is not
     * used: on a busy machine the shortest task may take a second.
     */
    static double longestTaskMillis(byte[] trace, String mark) {
        List<JsonNode> events = events(trace);
        JsonNode marked = events.stream().filter(event -> event.path("name").asText().equals(mark)).findFirst()
                .orElseThrow(() -> new AssertionError("no mark " + mark + " in the trace"));
        int process = marked.path("pid").asInt();
        int thread = events.stream()
                .filter(event -> event.path("name").asText().equals("thread_name") && event.path("pid").asInt() == process
                        && event.path("args").path("name").asText().equals(NAME))
                .findFirst().orElseThrow().path("tid").asInt();
        return events.stream()
                .filter(event -> event.path("name").asText().equals(TASK) && event.path("pid").asInt() == process
                        && event.path("tid").asInt() == thread)
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
