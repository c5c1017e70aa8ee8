package dev.atrium.transport.http;

import dev.atrium.room.StreamPosition;
import dev.atrium.session.Transport;
import java.util.Arrays;

/** Stream format {@code application/x-ndjson}: one JSON object per line. */
final class JsonLines extends StreamFormat {

    static final JsonLines INSTANCE = new JsonLines();

    private JsonLines() {
        super(Transport.NDJSON, "application/x-ndjson", "\n");
    }

    @Override
    boolean endsForGood() {
        return false;
    }

    @Override
    byte[] event(String event, StreamPosition position, byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
