package dev.atrium.transport.http;

import dev.atrium.room.Publication;
import dev.atrium.room.StreamPosition;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Stream format {@code text/event-stream} (HTML Standard section 9.2), for {@code EventSource}. */
final class ServerSentEvents extends StreamFormat {

    static final ServerSentEvents INSTANCE = new ServerSentEvents();

    /**
     * Names that are only in the data: the default, and those of the events by which {@code EventSource} reports the state of
     * its connection. A page would take a message for a lost connection.
     */
    private static final Set<String> IN_DATA_ONLY = Set.of(Publication.DEFAULT_EVENT, "error", "open");

    private ServerSentEvents() {
        // The heartbeat has no empty line, which clients on fetch take for an empty event.
        super(Transport.SSE, "text/event-stream", ":\n");
    }

    @Override
    byte[] goodbye(CloseReason reason, int reconnectAfterMillis) {
        // EventSource reconnects by itself, after this delay.
        byte[] event = super.goodbye(reason, reconnectAfterMillis);
        return bytes("retry: " + reconnectAfterMillis + "\n" + new String(event, StandardCharsets.UTF_8));
    }

    @Override
    byte[] event(String event, StreamPosition position, byte[] json) {
        StringBuilder lines = new StringBuilder(64 + json.length);
        if (position != null) {
            lines.append("id: ").append(StreamPositionCodec.text(position)).append('\n');
        }
        // A line break in a name would start another field; such a name is only in the data.
        if (!IN_DATA_ONLY.contains(event) && event.chars().noneMatch(c -> c == '\n' || c == '\r')) {
            lines.append("event: ").append(event).append('\n');
        }
        lines.append("data: ").append(new String(json, StandardCharsets.UTF_8)).append("\n\n");
        return bytes(lines.toString());
    }
}
