package dev.atrium.transport.http;

import dev.atrium.room.Publication;
import dev.atrium.room.StreamPosition;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import java.nio.charset.StandardCharsets;

/** {@code text/event-stream}, HTML Standard section 9.2: what {@code EventSource} reads. */
final class ServerSentEvents extends StreamFormat {

    static final ServerSentEvents INSTANCE = new ServerSentEvents();

    private static final byte[] COMMENT = bytes(":\n\n");

    @Override
    Transport transport() {
        return Transport.SSE;
    }

    @Override
    String contentType() {
        return "text/event-stream";
    }

    @Override
    byte[] heartbeat() {
        return COMMENT;
    }

    @Override
    byte[] goodbye(CloseReason reason, int reconnectAfterMillis) {
        // EventSource comes back by itself, and this is when.
        byte[] event = super.goodbye(reason, reconnectAfterMillis);
        return bytes("retry: " + reconnectAfterMillis + "\n" + new String(event, StandardCharsets.UTF_8));
    }

    @Override
    byte[] event(String event, StreamPosition place, byte[] json) {
        StringBuilder lines = new StringBuilder(64 + json.length);
        if (place != null) {
            lines.append("id: ").append(StreamPositionCodec.text(place)).append('\n');
        }
        // A name with a line break in it would begin a field of its own; its readers find it in the data.
        if (!event.equals(Publication.DEFAULT_EVENT) && event.chars().noneMatch(c -> c == '\n' || c == '\r')) {
            lines.append("event: ").append(event).append('\n');
        }
        lines.append("data: ").append(new String(json, StandardCharsets.UTF_8)).append("\n\n");
        return bytes(lines.toString());
    }
}
